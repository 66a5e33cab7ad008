// Fills the page from the data that the script html-report has put into it.

const data = JSON.parse(document.getElementById('data').textContent);
const at = id => document.getElementById(id);

function showCaptures() {
  for (const [file, format, start, duration, packets, segments, damage] of data.captures) {
    const line = element('div', {}, element('b', {}, file),
      ` ${format ?? 'unknown format'}, from ${start ?? 'n/a'} UTC, ${duration ?? 0} s, ` +
      `${packets.toLocaleString('en')} packets, ${segments.toLocaleString('en')} TCP segments `);
    if (damage !== null)
      line.append(element('span', {class: 'damage'}, `Damaged: ${damage}`));
    at('captures').append(line);
  }
  document.title = `TCP report: ${data.captures.map(([file]) => file).join(', ')}`;
}

function showTotals() {
  const labels = ['all', 'complete', 'reset', 'still open when the capture ended', 'established before it began'];
  [data.connection_count, ...data.general].forEach((count, i) =>
    at('totals').append(element('div', {}, element('dt', {}, labels[i]), element('dd', {}, show(count)))));
}

// Columns of data.timeline
const [BIN, CLIENT_BYTES, SERVER_BYTES, CLIENT_AGAIN, SERVER_AGAIN, NEW, ACTIVE] = Array(7).keys();

const steps = {width: 2, paths: uPlot.paths.stepped({align: 1}), points: {show: false}};
const CLIENT_LINE = {...steps, label: '━ of clients', stroke: colour('client')};
const SERVER_LINE = {...steps, label: '╌ of servers', stroke: colour('server'), dash: [6, 4]};

function showCourse() {
  const time = data.timeline.map(row => row[BIN] * data.bin_seconds);
  const column = (name, factor = 1) => data.timeline.map(row => row[name] * factor);
  const sum = name => data.timeline.reduce((total, row) => total + row[name], 0);
  const course = (caption, note, unit, series, columns) => chart(at('course'), caption, note, {
    scales: {x: {time: false}, y: {range: (plot, min, max) => [0, Math.max(max, 1) * 1.05]}},
    axes: [xAxis('time since the first segment', (plot, values) => seconds(values)),
      yAxis('', (plot, values) => values.map(value => withUnit(value, unit)))],
    series: [{label: 'time', value: (plot, value) => value === null ? '–' : `${value.toFixed(3)} s`},
      ...series.map(each => ({...each, value: (plot, value) => withUnit(value, unit)}))],
  }, [time, ...columns]);

  const perSecond = 8 / data.bin_seconds;
  course('Throughput', `Payload: ${withUnit(sum(CLIENT_BYTES), 'B')} of clients, ${withUnit(sum(SERVER_BYTES), 'B')} of servers.`,
    'bit/s', [CLIENT_LINE, SERVER_LINE], [column(CLIENT_BYTES, perSecond), column(SERVER_BYTES, perSecond)]);
  course('Connections', `${show(sum(NEW))} begin, at most ${show(Math.max(...column(ACTIVE)))} at a time.`, '',
    [{...CLIENT_LINE, label: '━ open'}, {...SERVER_LINE, label: '╌ new'}], [column(ACTIVE), column(NEW)]);
  course('Retransmissions', `${show(sum(CLIENT_AGAIN))} of clients, ${show(sum(SERVER_AGAIN))} of servers.`, '',
    [CLIENT_LINE, SERVER_LINE], [column(CLIENT_AGAIN), column(SERVER_AGAIN)]);
}

function showRoundTrips() {
  const BINS_A_DECADE = 10; // as in html-report.sql
  if (data.rtt.length === 0)
    return;
  const first = data.rtt[0][0], last = data.rtt.at(-1)[0];
  const found = new Map(data.rtt.map(row => [row[0], row]));
  const bins = Array.from({length: last - first + 3}, (_, i) => first - 1 + i);
  const samples = i => bins.map(bin => found.get(bin)?.[i] ?? 0);
  const total = i => samples(i).reduce((a, b) => a + b);
  const duration = bin => {
    const value = 10 ** (bin / BINS_A_DECADE);
    const [factor, unit] = value < 1e-3 ? [1e6, 'µs'] : value < 1 ? [1e3, 'ms'] : [1, 's'];
    return `${Number((value * factor).toPrecision(3))} ${unit}`;
  };
  const decades = (plot, i, min, max) =>
    Array.from({length: Math.floor(max - min) + 1}, (_, k) => Math.ceil(min) + k).filter(bin => bin % BINS_A_DECADE === 0);
  const count = (plot, value) => show(value ?? '–');
  chart(at('course'), 'Round trips', `From data to its ACK: ${show(total(1))} samples of clients’ data, ${show(total(2))} of servers’ data.`, {
    scales: {x: {time: false}, y: {range: (plot, min, max) => [0, Math.max(max, 1) * 1.05]}},
    axes: [{...xAxis('round-trip time', (plot, values) => values.map(duration)), splits: decades}, yAxis('')],
    series: [
      {label: 'from', value: (plot, bin) => bin === null ? '–' : `${duration(bin)} to ${duration(bin + 1)}`},
      {...CLIENT_LINE, label: '━ of clients’ data', value: count},
      {...SERVER_LINE, label: '╌ of servers’ data', value: count},
    ],
  }, [bins, samples(1), samples(2)], {withNumbers: false})
    .root.closest('figure').append(numbers('Round trips',
      [{label: 'from'}, {label: 'to'}, {label: 'of clients’ data'}, {label: 'of servers’ data'}],
      [bins.map(duration), bins.map(bin => duration(bin + 1)), samples(1), samples(2)]));
}

function showTables() {
  at('complete').append(table('Complete connections', ['', 'unit', 'minimum', 'mean', 'maximum'], data.complete));
  at('talkers').append(table('Top talkers', ['address', 'connections as client', 'as server', 'packets sent',
    'packets received', 'bytes sent', 'bytes received', 'share of all frame bytes'], data.talkers));
  at('retransmitters').append(data.retransmitters.length === 0 ? 'No segment was sent again.' :
    table('Where segments were sent again', ['sender', 'receiver', 'connections', 'packets', 'retransmissions', 'fast',
      'spurious', 'out of order', 'bytes sent again', 'rate'], data.retransmitters));
}

function chooseTrace(id) {
  const trace = data.traces.find(each => each.id === id);
  at('trace-choice').value = String(id);
  showTrace(at('trace'), trace);
  at('trace-note').textContent = trace.segments.length < trace.packets ?
    `The first ${show(trace.segments.length)} of ${show(trace.packets)} segments.` : '';
}

function showTraces() {
  if (data.traces.length === 0) {
    at('trace-section').hidden = true;
    return;
  }
  for (const trace of data.traces) {
    // A capture may be out of order in time; a plot may not.
    trace.segments.sort((a, b) => a[TIME] - b[TIME]);
    at('trace-choice').append(element('option', {value: trace.id},
      `${trace.id}: ${trace.client} to ${trace.server}, ${trace.status}, ${show(trace.packets)} packets`));
  }
  at('marks').append(...[...MARKS, SACK_MARK].map(mark =>
    element('li', {}, element('b', {style: `color: var(--${mark.colour})`}, mark.letter), ` ${mark.label}`)));
  at('trace-choice').addEventListener('change', event => chooseTrace(Number(event.target.value)));
  chooseTrace(data.traces[0].id);
}

function graphButton(id) {
  const button = element('button', {type: 'button', 'aria-label': `Graph of connection ${id}`}, 'graph');
  button.addEventListener('click', () => {
    chooseTrace(id);
    at('trace-choice').focus();
    at('trace-section').scrollIntoView();
  });
  return button;
}

function showConnections() {
  const traced = new Set(data.traces.map(trace => trace.id));
  const columns = ['', 'source', 'port', 'destination', 'port', 'status', 'duration', 'start', 'end', 'packets sent',
    'received', 'all', 'bytes sent', 'received', 'all', 'time and sequence'];
  const fill = () => {
    const wanted = at('connections-filter').value.trim();
    const rows = data.connections.filter(row => row.slice(1, 6).some(value => String(value).includes(wanted)));
    at('connections').replaceChildren(table('Each connection', columns,
      rows.map(row => [String(row[0]), ...row.slice(1), traced.has(row[0]) ? graphButton(row[0]) : ''])));
    at('connections-note').textContent = `${show(rows.length)} of ${show(data.connection_count)} connections`;
  };
  at('connections-filter').addEventListener('input', fill);
  fill();
}

showCaptures();
showTotals();
showCourse();
showRoundTrips();
showTraces();
showTables();
showConnections();
