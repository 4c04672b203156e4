const mostLamps = 16

/** Devices as a row of lamps: lit is free to rent. Past sixteen, each lamp stands for several. */
export function Lamps({ free, total, noun }: { free: number; total: number; noun: string }) {
  const lamps = Math.min(mostLamps, total)
  const lit =
    total === 0 ? 0 : Math.min(lamps, free > 0 ? Math.max(1, Math.round((free / total) * lamps)) : 0)
  return (
    <span
      className="inline-flex flex-wrap gap-[3px] align-middle"
      role="img"
      aria-label={`${free} of ${total} ${noun} free`}
    >
      {Array.from({ length: lamps }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a lamp is its place in the row
          key={index}
          className={`h-3 w-2 rounded-sm ${index < lit ? 'bg-lamp outline-1 -outline-offset-1 outline-lampink/50' : 'bg-sunk outline-1 -outline-offset-1 outline-edge/70'}`}
        />
      ))}
    </span>
  )
}
