import { toBuffer, toString as toText } from 'qrcode';

export interface QrOptions {
  format: 'png' | 'svg';
  /** Width and height in pixels. */
  size?: number;
  /** Hex colours with or without alpha, as in #1a2b3c. */
  dark?: string;
  light?: string;
}

/** A QR code of a short text, error correction level M, with the quiet zone of four modules that readers rely on. */
export async function renderQr(
  text: string,
  options: QrOptions,
): Promise<{ contentType: string; body: Uint8Array | string }> {
  const { format, size = 512, dark = '#000000', light = '#ffffff' } = options;
  const shape = { errorCorrectionLevel: 'M', margin: 4, width: size, color: { dark, light } } as const;
  if (format === 'svg') {
    return { contentType: 'image/svg+xml', body: await toText(text, { ...shape, type: 'svg' }) };
  }
  return { contentType: 'image/png', body: await toBuffer(text, shape) };
}
