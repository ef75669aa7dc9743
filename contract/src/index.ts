export * from './dimensions.ts';
export * from './errors.ts';
export * from './limits.ts';
export * from './reserved.ts';
