// Draws the charts of a report page. It runs in a browser, with uPlot before it, and reads the figures
// from the element with the id "figures".
;(() => {
  const figures = JSON.parse(document.getElementById('figures').textContent)
  const { course, distribution, percentiles } = figures
  const dark = matchMedia('(prefers-color-scheme: dark)')

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

  const trimmed = (value, digits) => String(Number(value.toPrecision(digits)))

  const seconds = (value) => {
    if (value === null || value === undefined) return '–'
    if (value === 0) return '0'
    if (value < 0.001) return `${trimmed(value * 1e6, 3)} µs`
    if (value < 1) return `${trimmed(value * 1e3, 3)} ms`
    return `${trimmed(value, 4)} s`
  }

  const rate = (value) => (value === null || value === undefined ? '–' : `${trimmed(value, 4)}/s`)

  const share = (value) =>
    value === null || value === undefined ? '–' : `${trimmed(value * 100, 3)} %`

  const clock = (value) => {
    if (value === null || value === undefined) return '–'
    const whole = Math.floor(value)
    const rest = value - whole
    const minutes = `${Math.floor((whole % 3600) / 60)}`
    const tail = `${whole % 60}`.padStart(2, '0') + (rest ? trimmed(rest, 2).slice(1) : '')
    return whole >= 3600
      ? `${Math.floor(whole / 3600)}:${minutes.padStart(2, '0')}:${tail}`
      : `${minutes}:${tail}`
  }

  /** 1 / (1 − q) as the percentile that it stands for. */
  const percentile = (oneIn) => {
    if (oneIn === null || oneIn === undefined) return '–'
    const digits = Math.max(0, Math.ceil(Math.log10(oneIn) - 1e-9) - 1)
    return `p${Number((100 * (1 - 1 / oneIn)).toFixed(digits + 1))}`
  }

  const beginsWith = (digits) => (value) =>
    digits.includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9)))

  /**
   * Of a logarithmic axis only powers of ten have words, or on a short axis 1, 2 and 5 of each, and only
   * as many of them as have room.
   */
  const roundValues = (plot, splits) => {
    const choices = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map((digits) =>
      splits.filter(beginsWith(digits)),
    )
    const chosen = choices.find(({ length }) => length > 1) ?? splits
    const every = Math.ceil((chosen.length * 60) / (plot.width - 64))
    return splits.map((value) => {
      const place = chosen.indexOf(value)
      return place >= 0 && place % every === 0 ? value : null
    })
  }

  const axis = (options) => ({
    stroke: colour('--muted'),
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { stroke: colour('--grid'), width: 1 },
    font: '12px system-ui, sans-serif',
    ...options,
  })

  const values = (format) => (_, splits) =>
    splits.map((value) => (value === null ? '' : format(value)))

  /** Points that no line reaches, because there is nothing on either side of them. */
  const alone = (plot, series) =>
    plot.data[series].flatMap((value, n, all) =>
      value !== null && (all[n - 1] ?? null) === null && (all[n + 1] ?? null) === null ? [n] : [],
    )

  const line = (label, stroke, format, more = {}) => ({
    label,
    stroke: colour(stroke),
    width: 2,
    points: { show: true, size: 5, fill: colour(stroke), filter: alone },
    value: (_, value) => format(value),
    ...more,
  })

  const dashed = { dash: [6, 4] }
  const thin = { width: 1 }

  const charts = {
    latency: {
      data: [
        course.at,
        course.response.p50,
        course.response.p99,
        course.response.max,
        course.service.p50,
        course.service.p99,
        course.service.max,
      ],
      x: { label: 'time', format: clock },
      y: { format: seconds },
      series: () => [
        line('response p50', '--response-light', seconds),
        line('response p99', '--response', seconds),
        line('response max', '--response', seconds, { ...thin, dash: [2, 3] }),
        line('service p50', '--service-light', seconds, dashed),
        line('service p99', '--service', seconds, dashed),
        line('service max', '--service', seconds, { ...thin, dash: [2, 5] }),
      ],
    },
    rate: {
      data: [course.at, course.asked, course.sent, course.errors],
      x: { label: 'time', format: clock },
      y: { format: rate },
      series: () => [
        line('asked', '--muted', rate, dashed),
        line('sent', '--response', rate),
        line('errors', '--bad', rate),
      ],
    },
    distribution: {
      data: [distribution.from, distribution.response, distribution.service],
      x: { label: 'from', format: seconds, log: true },
      y: { format: share },
      series: () => [
        line('response time', '--response', share, { ...steps(), fill: colour('--response-fill') }),
        line('service time', '--service', share, { ...steps(), ...dashed }),
      ],
    },
    percentiles: {
      data: [percentiles.oneIn, percentiles.response, percentiles.service],
      x: { label: 'quantile', format: percentile, log: true },
      y: { format: seconds },
      series: () => [
        line('response time', '--response', seconds),
        line('service time', '--service', seconds, dashed),
      ],
    },
  }

  const steps = () => ({ paths: uPlot.paths.stepped({ align: 1 }) })

  const wholeSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400]

  const height = 280

  const options = ({ x, y, series }, width) => ({
    width,
    height,
    scales: {
      x: {
        time: false,
        ...(x.log ? { distr: 3, log: 10, range: (_, min, max) => [min, max] } : {}),
      },
      y: { range: (_, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      axis({
        values: values(x.format),
        space: x.log ? 40 : 60,
        ...(x.log ? {} : { incrs: wholeSeconds }),
        ...(x.log ? { filter: roundValues } : {}),
      }),
      axis({ values: values(y.format), size: 64 }),
    ],
    series: [{ label: x.label, value: (_, value) => x.format(value) }, ...series()],
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
  })

  let drawn = []

  const widthOf = (element) => Math.floor(element.getBoundingClientRect().width)

  const draw = () => {
    for (const { plot } of drawn) plot.destroy()
    drawn = Object.entries(charts).flatMap(([id, chart]) => {
      const element = document.getElementById(id)
      if (!element || chart.data[0].length === 0) return []
      return { element, plot: new uPlot(options(chart, widthOf(element)), chart.data, element) }
    })
  }

  draw()
  dark.addEventListener('change', draw)
  addEventListener('resize', () => {
    for (const { element, plot } of drawn) plot.setSize({ width: widthOf(element), height })
  })
})()
