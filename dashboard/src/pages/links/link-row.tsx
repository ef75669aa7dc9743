import { memo } from 'react';
import { classNames } from '../../ui/class-names.ts';
import { TABLE } from '../../ui/table-roles.ts';
import type { Column } from './columns.ts';
import { Cell } from './link-cells.tsx';
import { LinkMenu } from './link-menu.tsx';
import { Name, RowCheckbox, type RowProps } from './row-parts.tsx';

const NUMBERS: readonly Column[] = ['clicks', 'redirect'];

/** A link as a line of the table. */
export const LinkRow = memo(function LinkRow({
  columns,
  tracks,
  ...row
}: RowProps & { columns: readonly Column[]; tracks: string }) {
  const { link, index, top, height, selected, current, now, refusal, onAct } = row;
  const tabIndex = current ? 0 : -1;
  return (
    <div
      {...TABLE.row(index)}
      data-link={link.id}
      className={classNames(
        'absolute inset-x-0 top-0 grid items-center gap-x-3 border-b border-line pr-2 pl-1.5',
        selected ? 'bg-accent-soft/60' : 'hover:bg-sunken/60 focus-within:bg-sunken/60',
      )}
      style={{ height, gridTemplateColumns: tracks, transform: `translateY(${top}px)` }}
    >
      <div {...TABLE.cell}>
        <RowCheckbox {...row} />
      </div>
      <div {...TABLE.cell} className="min-w-0">
        <Name {...{ link, current, now, refusal, onAct }} />
      </div>
      {columns.map((column) => (
        <div
          key={column}
          {...TABLE.cell}
          className={classNames('min-w-0 text-sm', NUMBERS.includes(column) && 'text-right tabular-nums')}
        >
          <Cell column={column} link={link} now={now} tabIndex={tabIndex} />
        </div>
      ))}
      <div {...TABLE.cell} className="flex justify-end">
        <LinkMenu {...{ link, tabIndex, refusal, onAct }} />
      </div>
    </div>
  );
});
