// What all charts have in common: a frame with a caption, colours that follow the theme, zoom by mouse and keyboard,
// and the numbers as a table.

const charts = [];

const colour = name => () => getComputedStyle(document.documentElement).getPropertyValue('--' + name);

function withUnit(value, unit) {
  if (value === null || value === undefined)
    return '–';
  const steps = ['', 'k', 'M', 'G', 'T'];
  let i = 0;
  for (; Math.abs(value) >= 1000 && i < steps.length - 1; i++)
    value /= 1000;
  return `${Number(value.toPrecision(4))} ${steps[i]}${unit}`.trim();
}

const FONT = '12px system-ui, sans-serif';

const axis = (label, values, size) => ({
  label, values, size, stroke: colour('text'), font: FONT, labelFont: FONT, labelSize: label ? 20 : 0, labelGap: 2,
  grid: {stroke: colour('line'), width: 1}, ticks: {stroke: colour('line')},
});
const xAxis = (label, values) => axis(label, values, 34);
const yAxis = (label, values) => axis(label, values, 80);

const seconds = axisValues => axisValues.map(value => `${Number(value.toFixed(6))} s`);

const zoomKeys = {'+': zoomBy(0.5), '=': zoomBy(0.5), '-': zoomBy(2), ArrowLeft: moveBy(-0.2), ArrowRight: moveBy(0.2),
  '0': showAll};

function zoomBy(factor) {
  return plot => {
    const {min, max} = plot.scales.x;
    const middle = (min + max) / 2, half = (max - min) / 2 * factor;
    plot.setScale('x', {min: middle - half, max: middle + half});
  };
}

function moveBy(part) {
  return plot => {
    const {min, max} = plot.scales.x;
    plot.setScale('x', {min: min + (max - min) * part, max: max + (max - min) * part});
  };
}

function showAll(plot) {
  plot.setData(plot.data);
}

function toolbar(plot) {
  const tools = [['+', 'Zoom in'], ['-', 'Zoom out'], ['ArrowLeft', 'Move left'], ['ArrowRight', 'Move right'],
    ['0', 'Show all']];
  const faces = {'-': '−', ArrowLeft: '←', ArrowRight: '→', '0': 'all'};
  const bar = element('div', {class: 'toolbar', role: 'group', 'aria-label': 'Zoom'});
  for (const [key, label] of tools) {
    const button = element('button', {type: 'button', 'aria-label': label, title: label}, faces[key] ?? key);
    button.addEventListener('click', () => zoomKeys[key](plot()));
    bar.append(button);
  }
  return bar;
}

function numbers(label, series, data) {
  const details = element('details', {}, element('summary', {}, 'Numbers'));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1)
      details.append(table(label, series.map(each => each.label),
        data[0].map((_, i) => data.map(column => column[i]))));
  });
  return details;
}

// A chart in a new figure.  options are uPlot's; note says what the picture shows to those who do not see it.
function chart(parent, caption, note, options, data, {withNumbers = true, height = 260} = {}) {
  const frame = element('div', {class: 'plot', tabindex: 0, role: 'group', 'aria-label': `${caption}. ${note}`});
  const figure = element('figure', {}, toolbar(() => plot),
    element('figcaption', {}, `${caption} `, element('small', {}, note)), frame);
  parent.append(figure);
  const width = () => Math.max(frame.clientWidth, 280);
  const plot = new uPlot({width: width(), height, ...options}, data, frame);
  plot.root.querySelector('canvas').setAttribute('role', 'img');
  plot.root.querySelector('canvas').setAttribute('aria-label', `${caption}. ${note}`);
  if (withNumbers)
    figure.append(numbers(caption, options.series, data));
  frame.addEventListener('keydown', event => {
    if (!zoomKeys[event.key] || event.ctrlKey || event.metaKey || event.altKey)
      return;
    zoomKeys[event.key](plot);
    event.preventDefault();
  });
  new ResizeObserver(() => plot.setSize({width: width(), height})).observe(frame);
  charts.push(plot);
  return plot;
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(plot => plot.redraw(false, true)));
