import { Slot } from 'radix-ui';
import {
  type FocusEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { placeOf } from './tooltip-place.ts';

const OPEN_MS = 350;
/** Long enough to move the pointer from an element to its tooltip. */
const CLOSE_MS = 120;

interface Tip {
  element: HTMLElement;
  text: ReactNode;
}

/** How the elements reach the one tooltip of the page. */
const host: { timer: ReturnType<typeof setTimeout> | null; show(tip: Tip | null): void } = {
  timer: null,
  show: () => {},
};

function want(tip: Tip | null, afterMs: number): void {
  if (host.timer !== null) clearTimeout(host.timer);
  host.timer = setTimeout(() => host.show(tip), afterMs);
}

/**
 * Words on hover and focus. Wraps one focusable element. All share the one tooltip that TooltipProvider shows, so that an
 * element with words costs no more than one without: lists have hundreds of them.
 */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Slot.Root
      onPointerEnter={({ currentTarget: element, pointerType }: PointerEvent<HTMLElement>) => {
        if (pointerType !== 'touch') want({ element, text }, OPEN_MS);
      }}
      onPointerLeave={() => want(null, CLOSE_MS)}
      onPointerDown={() => want(null, 0)}
      onFocus={({ currentTarget: element }: FocusEvent<HTMLElement>) => {
        if (element.matches(':focus-visible')) want({ element, text }, 0);
      }}
      onBlur={() => want(null, 0)}
    >
      {children}
    </Slot.Root>
  );
}

/** Around the whole page, once: where the tooltip stands. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => {
    host.show = setTip;
    return () => {
      host.show = () => {};
    };
  }, []);
  return (
    <>
      {children}
      {tip?.element.isConnected && <Bubble {...tip} />}
    </>
  );
}

/** The tooltip beside its element, which it describes as long as it stands there. */
function Bubble({ element, text }: Tip) {
  const id = useId();
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bubble.current === null) return;
    const { left, top } = placeOf(element.getBoundingClientRect(), bubble.current.getBoundingClientRect(), {
      width: document.documentElement.clientWidth,
      height: window.innerHeight,
    });
    bubble.current.style.transform = `translate(${left}px, ${top}px)`;
  });
  useEffect(() => {
    const before = element.getAttribute('aria-describedby');
    element.setAttribute('aria-describedby', before === null ? id : `${before} ${id}`);
    const stop = new AbortController();
    const close = () => want(null, 0);
    const options = { capture: true, signal: stop.signal };
    window.addEventListener('scroll', close, options);
    window.addEventListener('click', close, options);
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && close(), options);
    // An element that goes away says nothing of it.
    window.addEventListener('pointermove', () => element.isConnected || close(), options);
    return () => {
      stop.abort();
      if (before === null) element.removeAttribute('aria-describedby');
      else element.setAttribute('aria-describedby', before);
    };
  }, [element, id]);
  return (
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      onPointerEnter={() => want({ element, text }, 0)}
      onPointerLeave={() => want(null, CLOSE_MS)}
      className="pointer-events-auto fixed top-0 left-0 z-60 w-max max-w-72 rounded-md bg-text px-2.5 py-1.5 text-xs text-ground shadow-raised"
    >
      {text}
    </div>
  );
}
