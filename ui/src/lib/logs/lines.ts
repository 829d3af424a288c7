/** Measures of a list of log lines. */

/** High enough for the link of a line to be pressed. */
export const ROW = 24;
/** Wrapped lines have no fixed height, so fewer of them are made. */
export const WRAPPED = 2000;
