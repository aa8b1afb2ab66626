// One import for components: preact's renderer bound to htm, and the hooks in use.

import { h, render, Fragment } from "../vendor/preact/preact.mjs";
import htm from "../vendor/htm/htm.mjs";

export {
  useState,
  useEffect,
  useLayoutEffect,
  useRef,
  useMemo,
  useCallback,
  useId,
} from "../vendor/preact/hooks.mjs";
export { Fragment, render };
export const html = htm.bind(h);
