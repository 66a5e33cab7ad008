// The time-sequence graph that tcptrace is known for, one for each direction.
//
// Sequence numbers go up, time goes right.  A segment is a vertical bar from its first to its last number; the line
// under the bars is what the other side has acknowledged, the dashed line above what its window allows.  Letters say
// what is special, so that nothing depends on colour.

// A segment as html-report.sql hands it out.
const [TIME, FROM_CLIENT, SEQ, LENGTH, ACK, WINDOW, JUDGEMENTS, SACK, ACK_BASE] = Array(9).keys();

// In the order of the bits of JUDGEMENTS.  `by` is the side that the mark is about: the sender of the data, whose bar
// is marked, or the receiver, whose ACK is.
const MARKS = [
  {letter: 'R', label: 'retransmission', by: 'sender', colour: 'again'},
  {letter: 'F', label: 'fast retransmission', by: 'sender', colour: 'again'},
  {letter: 'P', label: 'spurious retransmission', by: 'sender', colour: 'again'},
  {letter: 'O', label: 'out of order', by: 'sender', colour: 'again'},
  {letter: 'L', label: 'a segment before it is missing', by: 'sender', colour: 'text'},
  {letter: 'K', label: 'keep-alive', by: 'sender', colour: 'text'},
  {letter: 'B', label: 'probe of a closed window', by: 'sender', colour: 'text'},
  {letter: 'W', label: 'fills the window', by: 'sender', colour: 'window'},
  {letter: 'X', label: 'reset', by: 'sender', colour: 'again'},
  {letter: 'D', label: 'duplicate ACK', by: 'receiver', colour: 'ack'},
  {letter: 'Z', label: 'window closed', by: 'receiver', colour: 'window'},
];
const SACK_MARK = {letter: 'S', label: 'selective ACK, a dotted bar', colour: 'sack'};
const SENT_AGAIN = 0b1111;

const marksOf = (segment, by) => MARKS.filter((mark, bit) => mark.by === by && segment[JUDGEMENTS] >> bit & 1);

// Of marks on one segment the most special one is shown: a fast or spurious retransmission is one as well.
function letterOf(segment, by) {
  const marks = marksOf(segment, by);
  return marks.length > 1 && marks[0].letter === 'R' ? marks[1] : marks[0];
}

// Where a letter stands beside its point: pixels to the right and down.
const ABOVE = [0, -4], BELOW = [0, 13], BESIDE = [8, 4];

function painter(plot) {
  const {ctx, bbox} = plot;
  const scale = devicePixelRatio;
  const lastLetter = {};
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `bold ${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  return {
    bar(time, from, to, name, {width = 1.5, dots = []} = {}) {
      const x = plot.valToPos(time, 'x', true), bottom = plot.valToPos(from, 'y', true), top = plot.valToPos(to, 'y', true);
      const cap = 2.5 * scale;
      ctx.strokeStyle = colour(name)();
      ctx.lineWidth = width * scale;
      ctx.setLineDash(dots.map(length => length * scale));
      ctx.beginPath();
      ctx.moveTo(x, bottom);
      ctx.lineTo(x, top);
      for (const y of [bottom, top]) {
        ctx.moveTo(x - cap, y);
        ctx.lineTo(x + cap, y);
      }
      ctx.stroke();
    },
    // A letter that would cover an equal one before it is left out; zooming in shows it.
    letter(time, value, mark, right, down) {
      const x = plot.valToPos(time, 'x', true) + right * scale, y = plot.valToPos(value, 'y', true) + down * scale;
      const last = lastLetter[mark.letter];
      if (last && Math.abs(last.x - x) < 9 * scale && Math.abs(last.y - y) < 11 * scale)
        return;
      lastLetter[mark.letter] = {x, y};
      ctx.fillStyle = colour(mark.colour)();
      ctx.fillText(mark.letter, x, y);
    },
    done() {
      ctx.restore();
    },
  };
}

// From raw numbers to those of the graph, modulo 2^32.
const sackRanges = segment => (segment[SACK] ?? []).map(range => range.map(number => (number - segment[ACK_BASE]) >>> 0));

function drawSegments(plot, segments, fromClient) {
  const paint = painter(plot);
  const {min, max} = plot.scales.x;
  for (const segment of segments) {
    const time = segment[TIME];
    if (time < min || time > max)
      continue;
    if (segment[FROM_CLIENT] === fromClient) {
      const isAgain = segment[JUDGEMENTS] & SENT_AGAIN, mark = letterOf(segment, 'sender');
      const last = segment[SEQ] + segment[LENGTH];
      if (segment[LENGTH] > 0)
        paint.bar(time, segment[SEQ], last, isAgain ? 'again' : fromClient ? 'client' : 'server', {width: isAgain ? 3 : 1.5});
      if (mark)
        paint.letter(time, last, mark, ...ABOVE);
    } else {
      for (const [left, right] of sackRanges(segment)) {
        paint.bar(time, left, right, SACK_MARK.colour, {dots: [2, 2]});
        paint.letter(time, right, SACK_MARK, ...BESIDE);
      }
      const mark = letterOf(segment, 'receiver');
      if (mark && segment[ACK] !== null)
        paint.letter(time, segment[ACK], mark, ...BELOW);
    }
  }
  paint.done();
}

// The graph's range: bars, ACKs and, as far as it does not squeeze them, the window.
function verticalRange(segments, fromClient) {
  return plot => {
    const {min, max} = plot.series[0]; // what is about to be shown; plot.scales.x still is what was
    let low = Infinity, high = -Infinity, allowed = -Infinity;
    for (const segment of segments) {
      if (segment[TIME] < min || segment[TIME] > max)
        continue;
      if (segment[FROM_CLIENT] === fromClient) {
        low = Math.min(low, segment[SEQ]);
        high = Math.max(high, segment[SEQ] + segment[LENGTH]);
      } else if (segment[ACK] !== null) {
        low = Math.min(low, segment[ACK]);
        high = Math.max(high, segment[ACK]);
        allowed = Math.max(allowed, segment[ACK] + (segment[WINDOW] ?? 0));
      }
    }
    if (high < low)
      return [0, 1];
    const height = Math.max(high - low, 1);
    high = Math.max(high, Math.min(allowed, high + height * 0.6));
    return [low - height * 0.06, high + height * 0.08];
  };
}

function timeSequenceGraph(parent, trace, fromClient) {
  const segments = trace.segments;
  const ours = segment => segment[FROM_CLIENT] === fromClient;
  const stepped = uPlot.paths.stepped({align: 1});
  const data = [
    segments.map(segment => segment[TIME]),
    segments.map(segment => ours(segment) ? segment[SEQ] + segment[LENGTH] : null),
    segments.map(segment => ours(segment) ? null : segment[ACK]),
    segments.map(segment =>
      ours(segment) || segment[ACK] === null || segment[WINDOW] === null ? null : segment[ACK] + segment[WINDOW]),
  ];
  const [sender, receiver] = fromClient ? ['client', 'server'] : ['server', 'client'];
  const count = segments.filter(segment => ours(segment) && segment[LENGTH] > 0).length;
  const again = segments.filter(segment => ours(segment) && segment[JUDGEMENTS] & 1).length;
  const plain = (plot, value) => value === null ? '–' : value.toLocaleString('en');
  chart(parent, `Sent by the ${sender}`, `${count} segments with data, SYN or FIN; ${again} sent again.`, {
    scales: {x: {time: false}, y: {range: verticalRange(segments, fromClient)}},
    axes: [xAxis('time since the capture began', (plot, values) => seconds(values)),
      yAxis('sequence number', (plot, values) => values.map(value => withUnit(value, '')))],
    series: [
      {label: 'time', value: (plot, value) => value === null ? '–' : `${value.toFixed(6)} s`},
      {label: `│ segments of the ${sender}, end`, stroke: colour(sender), paths: () => null, points: {show: false}, value: plain},
      {label: `━ acknowledged by the ${receiver}`, stroke: colour('ack'), width: 1.5, paths: stepped, spanGaps: true,
        points: {show: false}, value: plain},
      {label: `╌ window of the ${receiver}`, stroke: colour('window'), width: 1.5, dash: [7, 4], paths: stepped,
        spanGaps: true, points: {show: false}, value: plain},
    ],
    hooks: {draw: [plot => drawSegments(plot, segments, fromClient)]},
  }, data, {withNumbers: false, height: 380});
}

// Both directions of a connection, that with more data first, in place of what was shown before.
function showTrace(parent, trace) {
  for (const old of charts.filter(plot => parent.contains(plot.root))) {
    charts.splice(charts.indexOf(old), 1);
    old.destroy();
  }
  parent.replaceChildren();
  const sent = fromClient =>
    trace.segments.reduce((sum, segment) => sum + (segment[FROM_CLIENT] === fromClient ? segment[LENGTH] : 0), 0);
  for (const fromClient of sent(1) > sent(0) ? [1, 0] : [0, 1])
    timeSequenceGraph(parent, trace, fromClient);
}
