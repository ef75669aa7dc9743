import type { Link } from '@waymark/contract/v1/links';
import { Download, TriangleAlert } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { t } from '../../i18n/index.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, inputClass, SelectField } from '../../ui/field.tsx';
import { QR_DEFAULT, QR_ECC, QR_MARGINS, QR_SIZES, type QrChoice, qrUrl, qrWarnings } from './qr-options.ts';

/** The QR code of a link: as it will be, with what can be chosen of it, and its downloads. */
export function QrCard({ link, id }: { link: Link; id: string }) {
  const [choice, setChoice] = useState(QR_DEFAULT);
  const [failed, setFailed] = useState<string | null>(null);
  const set = (part: Partial<QrChoice>) => setChoice({ ...choice, ...part });
  // A colour that is being dragged through the picker asks for no picture at every step.
  const shown = qrUrl(link.id, 'svg', useDeferredValue(choice));
  const warnings = qrWarnings(choice);
  return (
    <Card title={t('link.qr.title')}>
      <div id={id} className="flex scroll-mt-20 flex-col gap-4">
        <div className="flex flex-wrap gap-4">
          <div className="flex size-40 shrink-0 items-center justify-center rounded-lg border border-line bg-sunken p-2">
            {failed === shown ? (
              <p role="alert" className="text-center text-sm text-danger">
                {t('link.qr.failed')}
              </p>
            ) : (
              <img
                src={shown}
                alt={t('link.qr.alt', { shortUrl: link.shortUrl })}
                width={144}
                height={144}
                onError={() => setFailed(shown)}
              />
            )}
          </div>
          <div className="flex min-w-32 flex-1 flex-col gap-2">
            {(['png', 'svg'] as const).map((format) => (
              <a
                key={format}
                href={qrUrl(link.id, format, choice)}
                download={`${link.code}.${format}`}
                aria-label={t('link.qr.download', { format: format.toUpperCase() })}
                className={buttonClass('plain')}
              >
                <Download aria-hidden className="size-4 shrink-0" />
                {format.toUpperCase()}
              </a>
            ))}
          </div>
        </div>
        <div className="grid grid-cols-2 gap-3">
          <SelectField
            label={t('link.qr.size')}
            value={String(choice.size)}
            onChange={(event) => set({ size: Number(event.target.value) })}
          >
            {QR_SIZES.map((size) => (
              <option key={size} value={size}>
                {t('link.qr.pixels', { size })}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('link.qr.margin')}
            value={String(choice.margin)}
            onChange={(event) => set({ margin: Number(event.target.value) })}
          >
            {QR_MARGINS.map((margin) => (
              <option key={margin} value={margin}>
                {t('link.qr.modules', { count: margin })}
              </option>
            ))}
          </SelectField>
          <ColorField label={t('link.qr.dark')} value={choice.dark} onChange={(dark) => set({ dark })} />
          <ColorField label={t('link.qr.light')} value={choice.light} onChange={(light) => set({ light })} />
          <div className="col-span-2">
            <SelectField
              label={t('link.qr.ecc')}
              value={choice.ecc}
              onChange={(event) => set({ ecc: QR_ECC.find((ecc) => ecc === event.target.value) ?? QR_DEFAULT.ecc })}
            >
              {QR_ECC.map((ecc) => (
                <option key={ecc} value={ecc}>
                  {t(`link.qr.levels.${ecc}`)}
                </option>
              ))}
            </SelectField>
          </div>
        </div>
        <ul aria-live="polite" className="flex flex-col gap-1.5 text-sm text-warn empty:hidden">
          {warnings.map((warning) => (
            <li key={warning} className="flex gap-1.5">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              {t(`link.qr.warnings.${warning}`)}
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

interface ColorFieldProps {
  label: string;
  /** #rrggbb. */
  value: string;
  onChange(color: string): void;
}

function ColorField({ label, value, onChange }: ColorFieldProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type="color"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${inputClass} cursor-pointer px-1.5 py-1`}
        />
      )}
    </Field>
  );
}
