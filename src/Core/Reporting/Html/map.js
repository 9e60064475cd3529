const most = 8;

const shapes = ['circle', 'square', 'triangle', 'diamond'];

const fixed = { current: 2, 'current, or not read': 2, missing: 0, stale: 4, orphaned: 3, blocked: 6, yes: 6, no: most };

/* Which class each point belongs to under one label: the most frequent values have a colour and shape of their own, the rest share one. */
function classesOf(label) {
  const own = label.name === 'state' || label.name === 'near-duplicate';
  const many = label.values.length > most;
  const classes = label.values.slice(0, many ? most - 1 : most).map((name, index) => {
    const colour = own ? fixed[name] ?? index : index;
    return { name, colour, shape: shapes[colour % shapes.length], count: 0 };
  });
  const rest = many ? classes.push({ name: `${number(label.values.length - most + 1)} other values`, colour: most, shape: 'circle', count: 0 }) - 1 : -1;
  const none = label.of.includes(-1) ? classes.push({ name: 'none', colour: most, shape: 'cross', count: 0 }) - 1 : -1;
  const of = label.of.map(value => value < 0 ? none : value < rest || rest < 0 ? value : rest);
  of.forEach(number => classes[number].count++);
  return { classes, of };
}

function outline(context, kind, at, radius) {
  context.beginPath();
  if (kind === 'circle') {
    context.arc(at, at, radius, 0, 2 * Math.PI);
  } else if (kind === 'square') {
    context.rect(at - 0.88 * radius, at - 0.88 * radius, 1.76 * radius, 1.76 * radius);
  } else if (kind === 'cross') {
    context.moveTo(at - radius, at - radius);
    context.lineTo(at + radius, at + radius);
    context.moveTo(at + radius, at - radius);
    context.lineTo(at - radius, at + radius);
  } else {
    const corners = kind === 'triangle' ? [-90, 30, 150] : [-90, 0, 90, 180];
    corners.forEach(angle => context.lineTo(at + 1.2 * radius * Math.cos(angle * Math.PI / 180), at + 1.2 * radius * Math.sin(angle * Math.PI / 180)));
    context.closePath();
  }
}

/* A point drawn once, to be copied ten thousand times a frame. */
function sprite(kind, colour, edge, radius, ratio, ring) {
  const half = Math.ceil((radius * 1.3 + (ring ? 3 : 1)) * ratio);
  const made = element('canvas', { width: 2 * half, height: 2 * half });
  const context = made.getContext('2d');
  outline(context, kind, half, radius * ratio);
  context.lineWidth = ratio;
  if (kind === 'cross') {
    context.strokeStyle = colour;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = edge;
    context.lineWidth = 0.5 * ratio;
    context.stroke();
  }

  if (ring) {
    context.beginPath();
    context.arc(half, half, (radius + 2) * ratio, 0, 2 * Math.PI);
    context.strokeStyle = colourOf('--text');
    context.lineWidth = ratio;
    context.stroke();
  }

  return made;
}

/* The visible pixels of a sprite: places beside its middle, and red, green, blue, opacity. */
function pixelsOf(made) {
  const { width, data } = made.getContext('2d').getImageData(0, 0, made.width, made.height);
  const pixels = [];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 0) {
      pixels.push((at / 4) % width - width / 2, Math.floor(at / 4 / width) - width / 2, data[at], data[at + 1], data[at + 2], data[at + 3]);
    }
  }

  return Int16Array.from(pixels);
}

const colourOf = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const paletteOf = colour => colourOf(colour === most ? '--other' : `--c${colour}`);

/* Points by cells of a grid, so that the one under the pointer is found among few. */
function gridOf(map) {
  const size = 64;
  const cells = Array.from({ length: size * size }, () => []);
  const cell = value => Math.max(0, Math.min(size - 1, Math.floor((value + 1) / 2 * size)));
  map.x.forEach((x, index) => cells[cell(map.y[index]) * size + cell(x)].push(index));
  return {
    near(x, y, reach, visit) {
      for (let row = cell(y - reach); row <= cell(y + reach); row++) {
        for (let column = cell(x - reach); column <= cell(x + reach); column++) {
          cells[row * size + column].forEach(visit);
        }
      }
    },
  };
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  values.forEach(value => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  return { middle: (low + high) / 2, size: Math.max(high - low, 1e-6) };
}

/* What is drawn and how: the view, the classes, what is found and what is chosen. Knows no keys and no pointers. */
function plotOf(map, canvas) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const [wide, tall] = [extent(map.x), extent(map.y)];
  const doubles = new Uint8Array(map.x.length);
  map.duplicates.forEach(index => doubles[index] = 1);
  const grid = gridOf(map);
  const plot = {
    label: 0, classes: [], of: [], hidden: new Set(), found: null, rings: true, chosen: -1, hovered: -1, doubles,
    x: wide.middle, y: tall.middle, zoom: 1, width: 1, height: 1, ratio: 1, order: [], sprites: [], radius: 0, ground: null, picture: null, pending: false,
  };
  const scale = plot.scale = () => plot.zoom * 0.92 * Math.min(plot.width / wide.size, plot.height / tall.size);
  plot.toScreen = index => [plot.width / 2 + (map.x[index] - plot.x) * scale(), plot.height / 2 - (map.y[index] - plot.y) * scale()];
  plot.shown = index => !plot.hidden.has(plot.of[index]) && (plot.found === null || plot.found[index] === 1);
  plot.choose = label => {
    plot.label = label;
    plot.hidden.clear();
    Object.assign(plot, classesOf(map.labels[label]));
    // The rare ones last, on top; near-duplicates after all others.
    plot.order = map.x.map((_, index) => index).sort((a, b) => doubles[a] - doubles[b] || plot.classes[plot.of[b]].count - plot.classes[plot.of[a]].count || a - b);
    plot.radius = 0;
  };
  plot.resize = () => {
    const box = canvas.getBoundingClientRect();
    [plot.width, plot.height, plot.ratio] = [Math.max(1, box.width), Math.max(1, box.height), window.devicePixelRatio || 1];
    [canvas.width, canvas.height] = [Math.round(plot.width * plot.ratio), Math.round(plot.height * plot.ratio)];
    plot.radius = 0;
    plot.draw();
  };
  plot.zoomBy = (factor, x, y) => {
    const before = scale();
    plot.zoom = Math.max(0.5, Math.min(5000, plot.zoom * factor));
    // What is under the pointer stays there.
    const [dx, dy] = [(x ?? plot.width / 2) - plot.width / 2, plot.height / 2 - (y ?? plot.height / 2)];
    plot.x += dx / before - dx / scale();
    plot.y += dy / before - dy / scale();
    plot.draw();
  };
  plot.moveBy = (dx, dy) => {
    plot.x = Math.max(-1.5, Math.min(1.5, plot.x - dx / scale()));
    plot.y = Math.max(-1.5, Math.min(1.5, plot.y + dy / scale()));
    plot.draw();
  };
  plot.all = () => {
    [plot.x, plot.y, plot.zoom] = [wide.middle, tall.middle, 1];
    plot.draw();
  };
  plot.centre = index => {
    [plot.x, plot.y] = [map.x[index], map.y[index]];
    plot.draw();
  };
  plot.inView = () => map.x.map((_, index) => index).filter(index => {
    const [x, y] = plot.toScreen(index);
    return plot.shown(index) && x >= 0 && y >= 0 && x <= plot.width && y <= plot.height;
  });
  plot.at = (x, y, reach) => {
    let [best, nearest] = [-1, reach * reach];
    grid.near(plot.x + (x - plot.width / 2) / scale(), plot.y - (y - plot.height / 2) / scale(), reach / scale(), index => {
      const [px, py] = plot.toScreen(index);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= nearest && plot.shown(index)) {
        [best, nearest] = [index, distance];
      }
    });
    return best;
  };
  plot.draw = () => {
    if (!plot.pending) {
      plot.pending = true;
      requestAnimationFrame(() => {
        plot.pending = false;
        paint(map, plot, context);
      });
    }
  };
  return plot;
}

/*
 * Runs for each point in each frame, so no list or pair is made in it; and it writes pixels itself, which takes a fifth of the time that a canvas
 * without a graphics card takes to copy small images.
 */
function stamp(map, plot, picture, opacity, wanted) {
  const { width, height, data } = picture;
  const scale = plot.scale() * plot.ratio;
  const [left, top] = [width / 2 - plot.x * scale, height / 2 + plot.y * scale];
  const hidden = plot.classes.map((_, index) => plot.hidden.has(index));
  for (const index of plot.order) {
    const x = Math.round(left + map.x[index] * scale);
    const y = Math.round(top - map.y[index] * scale);
    if (x < -20 || y < -20 || x > width + 20 || y > height + 20 || hidden[plot.of[index]] || !wanted(index)) {
      continue;
    }

    const pixels = plot.sprites[plot.of[index]][plot.rings ? plot.doubles[index] : 0];
    for (let pixel = 0; pixel < pixels.length; pixel += 6) {
      const column = x + pixels[pixel];
      const row = y + pixels[pixel + 1];
      if (column >= 0 && row >= 0 && column < width && row < height) {
        const at = 4 * (row * width + column);
        const share = opacity * pixels[pixel + 5] / 255;
        data[at] += share * (pixels[pixel + 2] - data[at]);
        data[at + 1] += share * (pixels[pixel + 3] - data[at + 1]);
        data[at + 2] += share * (pixels[pixel + 4] - data[at + 2]);
      }
    }
  }
}

function paint(map, plot, context) {
  const base = map.x.length < 500 ? 5 : map.x.length < 3000 ? 3.5 : 2.5;
  const radius = Math.round(2 * Math.min(8, base * Math.max(1, plot.zoom) ** 0.25)) / 2;
  if (radius !== plot.radius) {
    plot.radius = radius;
    plot.sprites = plot.classes.map(one => [false, true].map(ring => pixelsOf(sprite(one.shape, paletteOf(one.colour), colourOf('--ground'), radius, plot.ratio, ring))));
  }

  context.fillStyle = colourOf('--ground');
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  if (plot.ground?.width !== context.canvas.width || plot.ground.height !== context.canvas.height || plot.ground.colour !== context.fillStyle) {
    plot.ground = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    plot.ground.colour = context.fillStyle;
    plot.picture = new ImageData(context.canvas.width, context.canvas.height);
  }

  plot.picture.data.set(plot.ground.data);
  if (plot.found !== null) {
    stamp(map, plot, plot.picture, 0.12, index => plot.found[index] === 0);
  }

  stamp(map, plot, plot.picture, 1, index => plot.found === null || plot.found[index] === 1);
  context.putImageData(plot.picture, 0, 0);
  [plot.hovered, plot.chosen].filter(index => index >= 0).forEach(index => {
    const [x, y] = plot.toScreen(index);
    context.beginPath();
    context.arc(x * plot.ratio, y * plot.ratio, (radius + 5) * plot.ratio, 0, 2 * Math.PI);
    context.strokeStyle = colourOf('--focus');
    context.lineWidth = 3 * plot.ratio;
    context.stroke();
  });
}
