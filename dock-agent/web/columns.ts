/** A tile is about this much wider than high. */
const SHAPE = 1.3;
const GAP_PX = 14;

/** The columns that give the largest tiles of that shape. */
export function columnsFor(count: number, width: number, height: number): number {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const wide = (width - GAP_PX * (columns - 1)) / columns;
    const high = (height - GAP_PX * (rows - 1)) / rows;
    const size = Math.min(wide / SHAPE, high);
    if (size > best.size) best = { columns, size };
  }
  return best.columns;
}
