function drawMap() {
  const map = page.map;
  if (map === null || map.titles.length === 0) {
    byId('map-about').textContent = map === null ? 'Nothing is indexed yet.' : 'No item has all its vectors yet.';
    return;
  }

  const shown = map.titles.length;
  byId('map-about').textContent = `One point for each item: the mean of its chunks' vectors, along the two directions in which items differ most `
    + `(${percent(map.shares[0])} and ${percent(map.shares[1])} of the variance). Near points need not be alike; far ones are not.`
    + (shown < map.total ? ` A sample: ${number(shown)} of ${counted(map.total, 'item')}, chosen by the hash of their names.` : ` ${counted(shown, 'item')}.`)
    + (map.leftOut > 0 ? ` ${counted(map.leftOut, 'item')} without all vectors left out.` : '')
    + (map.unoffered.length > 0 ? ` Metadata with more than 100 values is no colour: ${map.unoffered.join(', ')}.` : '');
  byId('map-body').hidden = false;
  const canvas = byId('map-canvas');
  const plot = plotOf(map, canvas);
  byId('map-label').append(...map.labels.map((label, index) => element('option', { value: index, text: label.name })));
  drawLegend(plot);
  byId('map-label').addEventListener('change', event => {
    plot.choose(Number(event.target.value));
    drawLegend(plot);
    plot.draw();
  });
  byId('map-find').addEventListener('input', event => find(map, plot, event.target.value));
  byId('map-rings').addEventListener('change', event => {
    plot.rings = event.target.checked;
    plot.draw();
  });
  byId('map-form').addEventListener('submit', event => event.preventDefault());
  byId('map-in').addEventListener('click', () => zoomed(map, plot, 1.5));
  byId('map-out').addEventListener('click', () => zoomed(map, plot, 1 / 1.5));
  byId('map-all').addEventListener('click', () => {
    plot.all();
    say(map, plot);
  });
  listenToKeys(map, plot, canvas);
  listenToPointers(map, plot, canvas);
  new ResizeObserver(plot.resize).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    plot.radius = 0;
    drawLegend(plot);
    plot.draw();
  });
  drawDuplicates(map, plot, canvas);
  say(map, plot);
}

function drawLegend(plot) {
  if (plot.classes.length === 0) {
    plot.choose(plot.label);
  }

  show('map-legend', ...plot.classes.map((one, index) => {
    const image = sprite(one.shape, paletteOf(one.colour), colourOf('--ground'), 5, 2, false);
    const button = element('button', { type: 'button', 'aria-pressed': String(!plot.hidden.has(index)) }, image, element('span', { text: `${one.name} (${number(one.count)})` }));
    button.addEventListener('click', () => {
      plot.hidden[plot.hidden.has(index) ? 'delete' : 'add'](index);
      button.setAttribute('aria-pressed', String(!plot.hidden.has(index)));
      plot.draw();
    });
    return element('li', null, button);
  }));
}

const details = (map, plot, index) => [map.where[index],
  ...map.labels.filter((label, at) => at < 3 || at === plot.label).filter(label => label.of[index] >= 0).map(label => `${label.name.replace('metadata: ', '')}: ${label.values[label.of[index]]}`),
  ...(plot.doubles[index] === 1 ? ['has a near-duplicate'] : [])];

function say(map, plot) {
  const inView = plot.inView();
  byId('map-said').textContent = plot.chosen < 0 ? `${counted(inView.length, 'item')} in view.`
    : `${number(inView.indexOf(plot.chosen) + 1)} of ${number(inView.length)} in view: ${map.titles[plot.chosen]}; ${details(map, plot, plot.chosen).join('; ')}`;
}

function zoomed(map, plot, factor) {
  plot.zoomBy(factor);
  say(map, plot);
}

function point(map, plot, index) {
  plot.hovered = index;
  const tip = byId('map-tip');
  tip.hidden = index < 0;
  if (index >= 0) {
    tip.textContent = [map.titles[index], ...details(map, plot, index)].join('\n');
    const [x, y] = plot.toScreen(index);
    const [left, top] = [x + 14 + tip.offsetWidth > plot.width ? x - 14 - tip.offsetWidth : x + 14, Math.max(0, Math.min(y + 10, plot.height - tip.offsetHeight))];
    tip.style.transform = `translate(${Math.max(0, left)}px, ${top}px)`;
  }

  plot.draw();
}

function choose(map, plot, index) {
  plot.chosen = index;
  point(map, plot, index);
  say(map, plot);
}

function find(map, plot, text) {
  const wanted = text.trim().toLowerCase();
  plot.found = wanted === '' ? null : Uint8Array.from(map.titles, (title, index) => `${title}\n${map.where[index]}`.toLowerCase().includes(wanted) ? 1 : 0);
  plot.draw();
  byId('map-said').textContent = plot.found === null ? '' : `${counted(plot.found.reduce((sum, one) => sum + one, 0), 'item')} found; n and p step through those in view.`;
}

function step(map, plot, by) {
  const inView = plot.inView();
  if (inView.length > 0) {
    const at = inView.indexOf(plot.chosen);
    choose(map, plot, inView[at < 0 ? (by > 0 ? 0 : inView.length - 1) : (at + by + inView.length) % inView.length]);
  }
}

function listenToKeys(map, plot, canvas) {
  const move = (dx, dy) => () => {
    plot.moveBy(dx, dy);
    point(map, plot, -1);
    say(map, plot);
  };
  const keys = {
    ArrowLeft: move(60, 0), ArrowRight: move(-60, 0), ArrowUp: move(0, 60), ArrowDown: move(0, -60),
    '+': () => zoomed(map, plot, 1.5), '=': () => zoomed(map, plot, 1.5), '-': () => zoomed(map, plot, 1 / 1.5), '−': () => zoomed(map, plot, 1 / 1.5),
    0: () => { plot.all(); say(map, plot); }, n: () => step(map, plot, 1), p: () => step(map, plot, -1), Escape: () => choose(map, plot, -1),
  };
  canvas.addEventListener('keydown', event => {
    const act = keys[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      act();
    }
  });
}

function listenToPointers(map, plot, canvas) {
  const held = new Map();
  let moved = 0;
  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const apart = () => {
    const [a, b] = [...held.values()];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  canvas.addEventListener('pointerdown', event => {
    held.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add('held');
    moved = 0;
  });
  canvas.addEventListener('pointermove', event => {
    const at = place(event);
    const before = held.get(event.pointerId);
    if (before === undefined) {
      point(map, plot, plot.at(...at, 10));
      return;
    }

    const distance = held.size === 2 ? apart() : 0;
    held.set(event.pointerId, at);
    moved += Math.hypot(at[0] - before[0], at[1] - before[1]);
    if (held.size === 2) {
      const [a, b] = [...held.values()];
      plot.zoomBy(apart() / Math.max(1, distance), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    } else if (moved > 4) {
      plot.moveBy(at[0] - before[0], at[1] - before[1]);
      point(map, plot, -1);
    }
  });
  const release = event => {
    if (held.delete(event.pointerId) && moved <= 4 && event.type === 'pointerup') {
      choose(map, plot, plot.at(...place(event), 14));
    }

    canvas.classList.toggle('held', held.size > 0);
  };
  ['pointerup', 'pointercancel'].forEach(kind => canvas.addEventListener(kind, release));
  canvas.addEventListener('pointerleave', () => point(map, plot, -1));
  canvas.addEventListener('wheel', event => {
    // A page that is scrolled past the map goes on scrolling.
    if (document.activeElement === canvas || event.ctrlKey) {
      event.preventDefault();
      plot.zoomBy(Math.exp(-event.deltaY / 400), ...place(event));
      point(map, plot, -1);
    }
  }, { passive: false });
}

function drawDuplicates(map, plot, canvas) {
  const listed = map.groups.length;
  byId('duplicates-about').textContent = `${counted(map.duplicates.length, 'item')} in ${counted(map.groupsTotal, 'group')}: ${counted(map.pairs, 'pair')} of items with a cosine of at least ${map.threshold}. `
    + (map.titles.length < map.total ? 'Every pair of the sample was compared.' : 'Every pair was compared.')
    + (listed < map.groupsTotal ? ` The ${number(listed)} largest groups are listed.` : '');
  if (listed === 0) {
    return;
  }

  const link = index => {
    const button = element('button', { type: 'button', text: map.titles[index], title: map.where[index] });
    button.addEventListener('click', () => {
      canvas.focus();
      plot.zoom = Math.max(plot.zoom, 4);
      plot.centre(index);
      choose(map, plot, index);
    });
    return button;
  };
  const members = group => element('span', { class: 'members' }, ...group.points.map(link),
    ...(group.points.length < group.size ? [`and ${number(group.size - group.points.length)} more`] : []));
  show('duplicates-table', table('Groups, largest first; a title shows its place on the map', [
    { name: 'items', of: group => number(group.size), kind: 'number' }, { name: 'closest', of: group => group.closest.toFixed(4), kind: 'number' },
    { name: 'titles', of: members, kind: 'words' }], map.groups, true));
}
