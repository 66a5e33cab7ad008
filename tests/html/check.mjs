// Opens the pages that tests/html/run has made, as a reader does, and holds their numbers against SQL.
//
//     node check.mjs EXTENSION CAPTURE FOLDER       FOLDER has the pages and gets the pictures
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [extension, capture, folder] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function query(sql) {
  const text = execFileSync('sqlite3', ['-init', '/dev/null', '-batch', '-bail', '-json', ':memory:', '-cmd',
    `.load "${extension}"`, '-cmd', '.output /dev/null', '-cmd', `SELECT tcp_attach('${capture}')`, '-cmd', '.output stdout',
    sql], {encoding: 'utf8'});
  return text ? JSON.parse(text) : [];
}

const number = text => Number(text.replaceAll(',', ''));
const texts = (page, selector) => page.locator(selector).allInnerTexts();

// Of each canvas, whether something other than the ground was painted.
const painted = page => page.$$eval('canvas', canvases => canvases.map(canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set(new Uint32Array(data.buffer));
  return colours.size > 4;
}));

async function open(context, name) {
  const page = await context.newPage();
  const troubles = [];
  page.on('console', message => ['error', 'warning'].includes(message.type()) && troubles.push(message.text()));
  page.on('pageerror', error => troubles.push(String(error)));
  page.on('dialog', dialog => { troubles.push('a dialog'); dialog.dismiss(); });
  page.on('request', request => request.url().startsWith('file:') || troubles.push(request.url()));
  await page.goto(pathToFileURL(join(folder, name)).href);
  await page.waitForTimeout(300);
  return {page, troubles};
}

async function checkNumbers(page) {
  const [general] = query('SELECT * FROM report_total, report_general');
  assert.deepEqual((await texts(page, '#totals dd')).map(number), Object.values(general));

  const complete = query('SELECT minimum, mean, maximum FROM report_complete');
  const cells = await page.$$eval('#complete tbody tr', rows => rows.map(row => [...row.cells].slice(2).map(cell => cell.innerText)));
  cells.forEach((row, i) => row.forEach((text, j) =>
    assert.ok(Math.abs(number(text) - Object.values(complete[i])[j]) < 1e-6, `${text} in part D`)));

  assert.equal(await page.locator('#connections tbody tr').count(), general.connections);
  assert.deepEqual(await texts(page, '#talkers tbody td:first-child'), query('SELECT ip FROM top_talkers LIMIT 15').map(row => row.ip));

  const data = await page.evaluate('data');
  const sum = i => data.timeline.reduce((total, row) => total + row[i], 0);
  const [sums] = query(`SELECT sum(client_bytes), sum(server_bytes), sum(client_retransmissions),
    sum(server_retransmissions), count(*) FROM connections`);
  assert.deepEqual([1, 2, 3, 4, 5].map(sum), Object.values(sums));
  const [samples] = query('SELECT sum(NOT from_client), sum(from_client) FROM packets WHERE ack_rtt > 0');
  assert.deepEqual([1, 2].map(i => data.rtt.reduce((total, row) => total + row[i], 0)), Object.values(samples));
  for (const trace of data.traces) {
    const [counts] = query(`SELECT count(*), sum(retransmission), sum(duplicate_ack), sum(zero_window),
      sum(coalesce(json_array_length(sack_blocks), 0)) FROM packets WHERE connection_id = ${trace.id}`);
    const bit = value => trace.segments.filter(segment => segment[6] & value).length;
    const blocks = trace.segments.reduce((total, segment) => total + (segment[7]?.length ?? 0), 0);
    assert.deepEqual([trace.segments.length, bit(1), bit(512), bit(1024), blocks], Object.values(counts));
  }
}

// Keyboard only: to the first graph, in, along, and back.
async function checkKeyboard(page) {
  const range = () => page.evaluate(`(({min, max}) => [min, max])(charts.at(-2).scales.x)`);
  const all = await range();
  await page.locator('#trace .plot').first().focus();
  await page.keyboard.press('+');
  await page.waitForTimeout(100);
  const near = await range();
  assert.ok(near[1] - near[0] < (all[1] - all[0]) * 0.6, 'zooms in');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(100);
  assert.ok((await range())[0] > near[0], 'moves right');
  await page.keyboard.press('0');
  await page.waitForTimeout(100);
  assert.deepEqual(await range(), all);
}

async function checkChoice(page) {
  const id = await page.locator('#trace-choice option').nth(1).getAttribute('value');
  await page.getByRole('button', {name: `Graph of connection ${id}`, exact: true}).click();
  assert.equal(await page.locator('#trace-choice').inputValue(), id);
  assert.equal(await page.locator('#trace canvas').count(), 2);
  await page.locator('#connections-filter').fill('S2F2');
  assert.equal(await page.locator('#connections tbody tr').count(),
    query("SELECT count(*) AS n FROM connections WHERE status LIKE '%S2F2%'")[0].n);
  await page.locator('#course details summary').first().click();
  await page.locator('#course details').first().locator('tbody tr').nth(239).waitFor();
}

async function checkWeb(context, picture) {
  const {page, troubles} = await open(context, 'web.html');
  const drawn = await painted(page);
  assert.equal(drawn.length, 6, '4 charts and 2 graphs');
  assert.ok(drawn.every(Boolean), 'each is drawn');
  await page.screenshot({path: join(folder, picture), fullPage: true});
  await checkNumbers(page);
  await checkKeyboard(page);
  await checkChoice(page);
  assert.deepEqual(troubles, []);
}

async function checkNames(context) {
  for (const [name, part, ids] of [['hostile.html', '<!--<script>\'"&.pcap', ['40', '5']],
    ['script.html', '</script><img src=x onerror=alert(1)>.pcap', ['8']]]) {
    const {page, troubles} = await open(context, name);
    assert.ok((await page.locator('#captures b').innerText()).endsWith(part), 'the name is text');
    assert.equal(await page.locator('img').count(), 0);
    assert.deepEqual(await page.locator('#trace-choice option').evaluateAll(all => all.map(each => each.value).sort()), ids);
    assert.deepEqual(troubles, []);
  }
}

async function checkEmpty(context) {
  const {page, troubles} = await open(context, 'empty.html');
  assert.equal((await texts(page, '#totals dd'))[0], '0');
  assert.deepEqual(troubles, []);
}

const profile = mkdtempSync(join(folder, 'profile-'));
const openBrowser = colorScheme => chromium.launchPersistentContext(profile,
  {executablePath: '/usr/bin/chromium', args: FLAGS, colorScheme, viewport: {width: 1280, height: 900}});
try {
  for (const scheme of ['light', 'dark']) {
    const context = await openBrowser(scheme);
    try {
      await checkWeb(context, `${scheme}.png`);
      await checkNames(context);
      await checkEmpty(context);
    } finally {
      await context.close();
    }
  }
} finally {
  rmSync(profile, {recursive: true, force: true});
}
console.log('the pages are right');
