import type { Child } from 'hono/jsx'

/** One bar of a chart: a day as `2026-11-26`, and how many. */
export type Bar = { day: string; n: number }

type ChartProps = { id: string; title: string; bars: readonly Bar[]; tone: 'good' | 'bad'; empty: Child }

/** `26 Nov`. A format of Intl made as the module starts would cost every cold start tens of milliseconds. */
const shownDay = (day: string) => new Date(day).toUTCString().slice(5, 11)
export const shownNumber = (n: number) => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** In units of the picture, which is as wide as there is room. */
const width = 300
const height = 100

/** Of days of which one at least has some. */
function Bars({ id, title, bars, tone }: ChartProps) {
  const most = bars.reduce((a, b) => (b.n > a.n ? b : a))
  const step = width / bars.length
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={`${id}-title ${id}-desc`}>
      <title id={`${id}-title`}>{title} by day</title>
      <desc id={`${id}-desc`}>
        One bar for each of {bars.length} days; the highest, {shownDay(most.day)}, stands for {shownNumber(most.n)}.
      </desc>
      {bars.map(({ day, n }, index) => {
        const size = Math.max((n / most.n) * (height - 2), n > 0 ? 1 : 0)
        return (
          <g>
            <title>{`${shownDay(day)}: ${shownNumber(n)}`}</title>
            <rect class="slot" x={index * step} y={0} width={step} height={height} />
            <rect
              class={`bar-${tone}`}
              x={(index + 0.15) * step}
              y={(height - 1 - size).toFixed(2)}
              width={step * 0.7}
              height={size.toFixed(2)}
            />
          </g>
        )
      })}
      <path class="axis" d={`M0 ${height - 0.5}H${width}`} />
    </svg>
  )
}

/** What the bars say, for whoever would rather read it; the newest first. */
const Figures = ({ title, bars }: Pick<ChartProps, 'title' | 'bars'>) => (
  <details>
    <summary>The figures</summary>
    <table class="figures">
      <caption>{title} by day</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">{title}</th>
        </tr>
      </thead>
      <tbody>
        {bars.toReversed().map(({ day, n }) => (
          <tr>
            <th scope="row">{shownDay(day)}</th>
            <td>{shownNumber(n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
)

/** Bars by day, with the figures in a table behind them. */
export function DayChart(props: ChartProps) {
  const { title, bars, empty } = props
  const [first, last] = [bars.at(0), bars.at(-1)]
  const total = bars.reduce((sum, { n }) => sum + n, 0)
  if (total === 0 || !first || !last) return <Titled title={title}>{empty}</Titled>
  return (
    <Titled title={title}>
      <figure>
        <figcaption>
          {shownNumber(total)} in {bars.length} days, at most {shownNumber(Math.max(...bars.map(({ n }) => n)))} on one.
        </figcaption>
        <Bars {...props} />
        <p class="range">
          <span>{shownDay(first.day)}</span> <span>{shownDay(last.day)}</span>
        </p>
        <Figures title={title} bars={bars} />
      </figure>
    </Titled>
  )
}

const Titled = ({ title, children }: { title: string; children?: Child }) => (
  <section class="card">
    <h2>{title}</h2>
    {children}
  </section>
)
