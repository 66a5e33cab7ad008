// Elements and tables.  Everything from the capture comes in as text, never as HTML.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function show(value) {
  if (value === null || value === undefined)
    return 'n/a';
  return Number.isInteger(value) ? value.toLocaleString('en') : String(value);
}

// A cell is a value or an element; a column is right-aligned if its first known value is a number.
function table(label, columns, rows) {
  const isNumber = columns.map((_, i) => {
    const known = rows.find(row => row[i] !== null);
    return known !== undefined && known[i] !== '' && !isNaN(known[i]);
  });
  const cell = (name, value, i, more) =>
    element(name, {...(isNumber[i] && {class: 'number'}), ...more}, value instanceof Node ? value : show(value));
  return element('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label},
    element('table', {},
      element('thead', {}, element('tr', {}, ...columns.map((name, i) => cell('th', name, i, {scope: 'col'})))),
      element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map((value, i) => cell('td', value, i)))))));
}
