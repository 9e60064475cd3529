const states = ['missing', 'stale', 'orphaned', 'blocked'];

const marked = (text, kind) => element('span', { class: kind, text });

function drawHeader() {
  byId('project').textContent = page.project;
  const index = page.index;
  const facts = [
    ['Commit', page.commit ? page.commit.slice(0, 10) : 'no git'],
    ['Store', page.store],
    ['Model', index ? `${index.model} (${index.provider}), ${counted(index.dimension, 'dimension')}` : 'nothing is indexed yet'],
    ['Space', index ? index.space : '–'],
    ['Searched since', time(index?.activatedAt)],
    ['This page', time(page.madeAt)],
  ];
  show('facts', ...facts.map(([name, value]) => element('div', null, element('dt', { text: name }), element('dd', { text: value }))));
  show('contents', ...[...document.querySelectorAll('main section')].map(section =>
    element('li', null, element('a', { href: `#${section.id}`, text: section.querySelector('h2').textContent }))));
  byId('made').textContent = `Made by embsync ${page.version} at ${time(page.madeAt)}. The page carries all it shows: it loads nothing and sends nothing.`;
}

function drawCoverage() {
  const items = page.items;
  const tiles = [[percent(page.coverage), 'items in step', page.coverage === 1 ? 'good' : 'warn'], [number(items.current), `of ${counted(items.total, 'item')} current`, null],
    ...states.map(state => [number(items[state]), state, items[state] === 0 ? null : state === 'blocked' ? 'bad' : 'warn']),
    [number(page.chunks.embedded), `of ${counted(page.chunks.total, 'chunk')} embedded`, null]];
  show('tiles', ...tiles.map(([value, name, kind]) => element('li', null, element('b', { class: kind, text: value }), element('span', { text: name }))));
  byId('next').textContent = `A sync would do: ${page.cost}.`;
  show('notes', ...page.notes.map(note => element('li', { text: note })));
  const numbers = ['total', 'current', ...states].map(name => ({ name, of: row => number(row[name]), kind: 'number' }));
  const covered = [{ name: 'coverage', of: row => percent(row.coverage), kind: 'number' }, { name: '', of: row => bar(row.coverage, percent(row.coverage)) }];
  show('coverage-tables',
    table('By source', [{ name: 'source', of: row => row.name }, ...numbers, ...covered], page.sources),
    ...(page.types.length === 0 ? [] : [table('By type', [
      { name: 'type', of: row => row.type }, { name: 'total', of: row => number(row.total), kind: 'number' },
      { name: 'with embeddings', of: row => number(row.embedded), kind: 'number' }, { name: 'pending', of: row => number(row.pending), kind: 'number' }, ...covered], page.types)]));
}

function drawDrift() {
  const listed = page.drift.length;
  if (listed === 0) {
    byId('drift-about').textContent = page.driftTotal === 0 ? 'Nothing: every item is in step.' : `${counted(page.driftTotal, 'item')} drifted. They are rows that were counted without being read: a sync names what it does.`;
    return;
  }

  const choose = byId('drift-state');
  const counts = new Map(states.map(state => [state, page.items[state]]));
  choose.append(element('option', { value: '', text: `all (${number(page.driftTotal)})` }),
    ...states.filter(state => counts.get(state) > 0).map(state => element('option', { value: state, text: `${state} (${number(counts.get(state))})` })));
  byId('drift-form').hidden = false;
  const columns = [
    { name: 'where', of: row => row.where, kind: 'words' },
    { name: 'state', of: row => marked(row.state, row.state === 'blocked' ? 'bad' : 'warn'), kind: 'short' },
    { name: 'why', of: row => row.message ?? (row.reasons.length > 0 ? row.reasons.join(', ') : because(row.state)), kind: 'words' },
    { name: 'title', of: row => row.title, kind: 'words' },
    { name: 'source', of: row => row.source, kind: 'short' },
  ];
  const draw = () => {
    const wanted = byId('drift-filter').value.toLowerCase();
    const rows = page.drift.filter(row => (choose.value === '' || row.state === choose.value)
      && `${row.where}\n${row.title}\n${row.reasons.join(' ')}\n${row.message ?? ''}\n${row.source}`.toLowerCase().includes(wanted));
    byId('drift-about').textContent = `${number(rows.length)} shown of ${counted(page.driftTotal, 'item')} that drifted.`
      + (listed < page.driftTotal - page.unnamed ? ` This page lists ${number(listed)}; 'embsync status --json' lists all that were read.` : '')
      + (page.unnamed > 0 ? ` ${counted(page.unnamed, 'row')} of them were counted without being read.` : '');
    show('drift-table', table('Items that drifted', columns, rows, true));
  };
  choose.addEventListener('change', draw);
  byId('drift-filter').addEventListener('input', draw);
  byId('drift-form').addEventListener('submit', event => event.preventDefault());
  draw();
}

const because = state => ({ missing: 'no embedding yet', orphaned: 'gone from its source' })[state] ?? '';

function drawFailures() {
  const listed = page.failures.length;
  const runs = page.runs.filter(run => run.error);
  byId('failures-about').textContent = page.failuresTotal === 0 && runs.length === 0
    ? (page.runs.length === 0 ? 'There is no run yet.' : `None in the last ${counted(page.runs.length, 'run')}.`)
    : `${counted(page.failuresTotal, 'failure')} of items, and ${counted(runs.length, 'run')} that ended early, in the last ${counted(page.runs.length, 'run')}.`
      + (listed < page.failuresTotal ? ` The latest ${number(listed)} are listed.` : '');
  show('failures-table',
    ...(runs.length === 0 ? [] : [table('Runs that ended early', [
      { name: 'run', of: run => String(run.id), kind: 'number' }, { name: 'status', of: run => marked(run.status, 'bad'), kind: 'short' },
      { name: 'why', of: run => run.error, kind: 'words' }], runs, true)]),
    ...(listed === 0 ? [] : [table('Items that failed', [
      { name: 'run', of: row => String(row.run), kind: 'number' }, { name: 'code', of: row => row.code, kind: 'short' },
      { name: 'where', of: row => row.where, kind: 'words' }, { name: 'what', of: row => row.message, kind: 'words' }], page.failures, true)]));
}
