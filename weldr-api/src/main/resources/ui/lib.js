// What all views use of the libraries, in one place.
import { h, render, Fragment } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import htm from 'htm';

export const html = htm.bind(h);
export { render, Fragment, useEffect, useId, useLayoutEffect, useMemo, useRef, useState };
