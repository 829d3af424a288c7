/** Takes what a drop carries while its event lasts. */
import type { Dropped } from './host';

/** What a drop carries. Must be called inside its event. */
export function takeDrop(data: DataTransfer): Dropped {
  return {
    entries: [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null),
    files: [...data.files],
  };
}
