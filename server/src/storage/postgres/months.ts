/** A month of clicks: its partition's name and its time, `to` excluded. Epoch ms UTC. */
export interface ClickMonth {
  name: string;
  from: number;
  to: number;
}

/** The month of a time and those after it. */
export function monthsFrom(at: number, more: number): ClickMonth[] {
  const date = new Date(at);
  return Array.from({ length: more + 1 }, (_, n) => monthOf(date.getUTCFullYear(), date.getUTCMonth() + n));
}

/** The month that a partition of clicks holds; null for any other table. */
export function monthNamed(name: string): ClickMonth | null {
  const [, year, month] = /^clicks_(\d{4})_(\d{2})$/.exec(name) ?? [];
  return year && month ? monthOf(Number(year), Number(month) - 1) : null;
}

/** `month` from 0, and beyond 11 for the years after. */
function monthOf(year: number, month: number): ClickMonth {
  const from = Date.UTC(year, month);
  const date = new Date(from);
  const number = String(date.getUTCMonth() + 1).padStart(2, '0');
  return { name: `clicks_${date.getUTCFullYear()}_${number}`, from, to: Date.UTC(year, month + 1) };
}
