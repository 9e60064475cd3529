'use strict';

const page = JSON.parse(document.getElementById('data').textContent);

const byId = id => document.getElementById(id);

const number = value => value === null || value === undefined ? '–' : value.toLocaleString('en');

const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

const percent = share => `${(100 * share).toFixed(2)}\u00a0%`;

/* As the tool writes it on a terminal. */
const money = value => value === null ? 'unknown' : value === 0 ? '$0' : value < 0.0001 ? 'under $0.0001'
  : value < 1 ? `$${value.toFixed(4)}` : `$${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

const time = text => text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : '–';

/* Text from outside enters the page here, and only as text. */
function element(name, options, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options ?? {})) {
    if (key === 'text') {
      made.textContent = value;
    } else if (value !== null && value !== undefined) {
      made.setAttribute(key, value);
    }
  }

  made.append(...children);
  return made;
}

function bar(share, label) {
  const inner = element('i');
  inner.style.width = `${Math.max(0, Math.min(100, 100 * share))}%`;
  return element('span', { class: 'bar', title: label, 'aria-hidden': 'true' }, inner);
}

/* columns: { name, of(row) -> text or element, kind: number | words | short } ; the first one names its row. */
function table(caption, columns, rows, tall) {
  // Narrow pages show a row as a block, which would take the meaning from the elements: the roles keep it.
  const head = element('tr', { role: 'row' }, ...columns.map(column =>
    element('th', { role: 'columnheader', scope: 'col', class: column.kind === 'number' ? 'number' : null, text: column.name })));
  const body = rows.map(row => element('tr', { role: 'row' }, ...columns.map((column, index) => {
    const [value, role] = [column.of(row), index === 0 ? { role: 'rowheader', scope: 'row' } : { role: 'cell' }];
    const cell = element(index === 0 ? 'th' : 'td', { ...role, class: column.kind, 'data-name': column.name });
    cell.append(value === null || value === undefined || value === '' ? '–' : value);
    return cell;
  })));
  const made = element('table', { role: 'table' }, element('caption', { text: caption }),
    element('thead', { role: 'rowgroup' }, head), element('tbody', { role: 'rowgroup' }, ...body));
  return element('div', { class: tall && rows.length > 12 ? 'scroll tall' : 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, made);
}

function show(id, ...children) {
  byId(id).replaceChildren(...children);
}
