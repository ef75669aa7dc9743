import type { ImportJob } from '@waymark/contract/v1/imports';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';

/** The first rows of a file; columns that become something say what. */
export function SampleRows({ job: { columns, mapping, sampleRows } }: { job: ImportJob }) {
  const fieldOf = (column: string) =>
    (Object.entries(mapping) as [keyof typeof mapping, string | null][]).find(([, of]) => of === column)?.[0];
  return (
    <Card title={t('imports.preview.sample')}>
      <p className="text-sm text-muted">{t('imports.preview.sampleText')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <section aria-label={t('imports.preview.sample')} tabIndex={0} className="mt-2 overflow-x-auto">
        <table className="w-full text-left text-sm">
          <thead className="text-muted">
            <tr>
              <th scope="col" className="py-1.5 pr-4 align-bottom font-medium">
                {t('imports.preview.row')}
              </th>
              {columns.map((column) => {
                const field = fieldOf(column);
                return (
                  <th key={column} scope="col" className="py-1.5 pr-4 align-bottom font-medium whitespace-nowrap">
                    {field && <span className="block text-xs text-accent">{t(`imports.preview.fields.${field}`)}</span>}
                    {column}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sampleRows.map(({ row, values }) => (
              <tr key={row} className="border-t border-line">
                <td className="py-1.5 pr-4 text-muted">{row}</td>
                {columns.map((column) => (
                  <td
                    key={column}
                    title={values[column]}
                    className={classNames(
                      'max-w-72 truncate py-1.5 pr-4',
                      fieldOf(column) === undefined && 'text-muted',
                    )}
                  >
                    {values[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
