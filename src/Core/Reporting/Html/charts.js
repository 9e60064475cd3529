function shape(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }

  if (text !== undefined) {
    made.textContent = text;
  }

  return made;
}

function drawRuns() {
  if (page.runs.length === 0) {
    byId('runs-about').textContent = 'There is no run yet.';
    return;
  }

  const measures = [
    ['Cost', run => run.cost ?? 0, money],
    ['Tokens', run => run.tokens, value => counted(Math.round(value), 'token')],
    ['Chunks bought', run => run.chunks ?? 0, value => counted(value, 'chunk')],
  ];
  const measure = measures.find(([, height]) => page.runs.some(run => height(run) > 0));
  const unknown = page.runs.filter(run => run.cost === null).length;
  const total = page.runs.reduce((sum, run) => sum + (run.cost ?? 0), 0);
  const tokens = page.runs.reduce((sum, run) => sum + run.tokens, 0);
  byId('runs-about').textContent = `${page.moreRuns ? 'The last ' : ''}${counted(page.runs.length, 'run')}: ${counted(tokens, 'token')}, ${money(total)}`
    + (unknown > 0 ? `, not counting ${counted(unknown, 'run')} without a known price` : '') + '.'
    + (page.moreRuns ? " There are older ones: 'embsync runs --limit N' lists them." : '');
  show('runs-chart', ...(measure ? [chart([...page.runs].reverse(), ...measure)] : []));
  show('runs-table', table('Runs, newest first', [
    { name: 'run', of: run => String(run.id), kind: 'number' },
    { name: 'started', of: run => time(run.startedAt), kind: 'short' },
    { name: 'command', of: run => run.command, kind: 'short' },
    { name: 'status', of: run => marked(run.status, run.status === 'done' ? 'good' : run.status === 'running' ? null : 'bad'), kind: 'short' },
    { name: 'items', of: run => `${number(run.itemsProcessed)}/${number(run.itemsTotal)}`, kind: 'number' },
    { name: 'chunks bought', of: run => number(run.chunks), kind: 'number' },
    { name: 'requests', of: run => number(run.requests), kind: 'number' },
    { name: 'tokens', of: run => number(run.tokens), kind: 'number' },
    { name: 'cost', of: run => run.cost === null ? '–' : money(run.cost), kind: 'number' },
    { name: 'failed', of: run => number(run.failures), kind: 'number' },
    { name: 'time', of: run => run.seconds === null ? '–' : `${run.seconds.toFixed(1)} s`, kind: 'number' },
    { name: 'commit', of: run => run.commit ? run.commit.slice(0, 10) : '–', kind: 'short' },
  ], page.runs, true));
}

/* Bars from the oldest run to the newest; words beside them keep their size however narrow the page is. */
function chart(runs, what, height, said) {
  const [width, tall] = [800, 140];
  const most = Math.max(...runs.map(height), 0);
  const step = width / Math.max(runs.length, 12);
  const svg = shape('svg', {
    viewBox: `0 0 ${width} ${tall}`, preserveAspectRatio: 'none', role: 'img',
    'aria-label': `${what} of ${counted(runs.length, 'run')}, at most ${said(most)} in one; the table below has each`,
  });
  svg.append(shape('line', { class: 'axis', x1: 0, x2: width, y1: tall - 0.5, y2: tall - 0.5 }));
  runs.forEach((run, index) => {
    const size = height(run) === 0 ? 1 : Math.max(2, height(run) / most * tall);
    const drawn = shape('rect', { class: run.status === 'done' ? 'done' : 'not', x: index * step, y: tall - size, width: Math.max(1, step - 2), height: size });
    drawn.append(shape('title', {}, `run ${run.id}, ${run.status}: ${said(height(run))}`));
    svg.append(drawn);
  });
  const caption = `${what} of each run, oldest first, at most ${said(most)}; runs that didn't end well in red.`;
  return element('figure', null, element('figcaption', { text: caption }), svg);
}

function drawAges() {
  const total = page.ages.reduce((sum, age) => sum + age.items, 0);
  if (total === 0) {
    byId('ages-about').textContent = 'Nothing is indexed yet.';
    return;
  }

  byId('ages-about').textContent = 'Since items with embeddings last changed, as far as their source knows; else since they were stored.';
  const most = Math.max(...page.ages.map(age => age.items));
  show('ages-table', table('Items by age', [
    { name: 'changed', of: age => age.label, kind: 'short' }, { name: 'items', of: age => number(age.items), kind: 'number' },
    { name: '', of: age => bar(age.items / most, counted(age.items, 'item')) }], page.ages));
}
