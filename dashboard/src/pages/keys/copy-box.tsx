import { t } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/copy-button.tsx';

/** A text to take along, whole, with its button. */
export function CopyBox({ label, text }: { label: string; text: string }) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 py-1.5 font-mono text-sm wrap-anywhere select-all">{text}</code>
        <CopyButton text={text} label={t('common.copyNamed', { what: label })} />
      </div>
    </fieldset>
  );
}
