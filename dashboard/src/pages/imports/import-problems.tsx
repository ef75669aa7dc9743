import type { ImportJob } from '@waymark/contract/v1/imports';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';

/** Rows that will be left out, each with its reason. */
export function ImportProblems({ job: { problems, problemCount } }: { job: ImportJob }) {
  return (
    <Card title={t('imports.preview.problems')}>
      <p aria-live="polite" className="text-sm text-muted">
        {problemCount === 0
          ? t('imports.preview.noProblems')
          : t('imports.preview.problemsText', { count: problemCount })}{' '}
        {problemCount > problems.length && t('imports.preview.problemsMore', { shown: problems.length })}
      </p>
      {problems.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
        <section aria-label={t('imports.preview.problems')} tabIndex={0} className="mt-2 max-h-72 overflow-auto">
          <table className="w-full text-left text-sm">
            <thead className="sticky top-0 bg-surface text-muted">
              <tr>
                <th scope="col" className="w-20 py-1.5 pr-4 text-right font-medium">
                  {t('imports.preview.row')}
                </th>
                <th scope="col" className="py-1.5 font-medium">
                  {t('imports.preview.reason')}
                </th>
              </tr>
            </thead>
            <tbody>
              {problems.map(({ row, message }) => (
                <tr key={`${row} ${message}`} className="border-t border-line">
                  <td className="py-1.5 pr-4 text-right align-top text-muted">{formatCount(row)}</td>
                  <td className="py-1.5 wrap-anywhere">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  );
}
