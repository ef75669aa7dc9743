import { classNames } from './class-names.ts';

/** A grey place where something will be. Give it the size of what comes, so that nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={classNames('animate-pulse rounded-md bg-line/70', className)} />;
}
