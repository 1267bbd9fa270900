// How far something long has got: a bar that moves on a terminal, a line now and then anywhere else.

type Stream = { isTTY?: boolean; write(text: string): unknown }

const width = 30
/** Between two lines where there is no terminal. */
const pause = 10_000

const drawn = (done: number, all: number) => {
  const filled = Math.round((done / all) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${all}`
}

export function progressBar(stream: Stream) {
  let last = Date.now()
  let isDrawn = false
  return {
    tell(done: number, all: number): void {
      if (stream.isTTY) {
        stream.write(`\r${drawn(done, all)}`)
        isDrawn = true
      } else if (Date.now() - last > pause || done === all) {
        stream.write(`part ${done} of ${all} is written\n`)
        last = Date.now()
      }
    },
    end(): void {
      if (isDrawn) stream.write('\n')
    },
  }
}
