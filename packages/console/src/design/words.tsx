/** A sentence from the network, in which `backticks` mark what is to be taken literally. */
export function Words({ text }: { text: string }) {
  return text.split('`').map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the sentence
      <code key={index} className="font-mono text-[0.93em]">
        {piece}
      </code>
    ),
  )
}
