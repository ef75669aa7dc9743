import type { QrOptions } from '@waymark/contract/v1/qr';

/** What a QR code is drawn by; colours as #rrggbb. */
export type QrChoice = Required<Omit<QrOptions, 'format'>>;

export const QR_SIZES = [256, 512, 1024, 2048] as const;
export const QR_MARGINS = [0, 1, 2, 4, 8] as const;
export const QR_ECC = ['L', 'M', 'Q', 'H'] as const;
export const QR_DEFAULT: QrChoice = { size: 512, margin: 4, dark: '#000000', light: '#ffffff', ecc: 'M' };

/** Readers of printed codes fail below about this; ISO/IEC 18004 asks for a symbol contrast of which this is the screen's measure. */
const CONTRAST_MIN = 4;

/** What may keep a reader from reading it. */
export type QrWarning = 'inverted' | 'contrast' | 'margin';

export function qrWarnings({ dark, light, margin }: QrChoice): QrWarning[] {
  const isInverted = luminance(dark) > luminance(light);
  return [
    ...(isInverted ? ['inverted' as const] : []),
    ...(contrast(dark, light) < CONTRAST_MIN ? ['contrast' as const] : []),
    ...(margin < 4 ? ['margin' as const] : []),
  ];
}

/** Address of the picture: the same for the preview and the download. */
export function qrUrl(id: string, format: 'png' | 'svg', { size, margin, dark, light, ecc }: QrChoice): string {
  const query = new URLSearchParams({
    format,
    size: String(size),
    margin: String(margin),
    dark: dark.slice(1),
    light: light.slice(1),
    ecc,
  });
  return `/api/v1/links/${encodeURIComponent(id)}/qr?${query}`;
}

/** 1 to 21. Source: WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
