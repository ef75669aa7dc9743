import { z } from '@hono/zod-openapi';
import { integerParam } from './fields.ts';

const hex = (description: string) =>
  z
    .string()
    .regex(/^#?[0-9a-fA-F]{6}$/, 'must be a colour such as #1a2b3c (its # percent-encoded, or left out)')
    .transform((color) => `#${color.replace('#', '').toLowerCase()}`)
    .openapi({ description, type: 'string' });

export const qrQuerySchema = z.strictObject({
  format: z.enum(['png', 'svg']).default('png').openapi({ default: 'png' }),
  size: integerParam(64, 2048).default(512).openapi({ description: 'Width and height in pixels', default: 512 }),
  margin: integerParam(0, 20)
    .default(4)
    .openapi({ description: 'Blank modules around the code; readers rely on four', default: 4 }),
  dark: hex('#rrggbb').default('#000000').openapi({ default: '#000000' }),
  light: z
    .union([z.literal('transparent'), hex('')])
    .default('#ffffff')
    .openapi({ type: 'string', description: '#rrggbb or `transparent`', default: '#ffffff' }),
  ecc: z
    .enum(['L', 'M', 'Q', 'H'])
    .default('M')
    .openapi({ description: 'Damage that a reader makes up for: 7, 15, 25 or 30 percent', default: 'M' }),
});

export interface QrOptions {
  format?: 'png' | 'svg';
  size?: number;
  margin?: number;
  dark?: string;
  light?: string;
  ecc?: 'L' | 'M' | 'Q' | 'H';
}
