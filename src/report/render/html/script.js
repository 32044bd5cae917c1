
'use strict';
// The page is complete without this. It sorts and filters tables, and names the records of the list
// that a figure led to.
(() => {
  const words = document.body.dataset;
  const order = new Intl.Collator('zh', { numeric: true });
  const fold = (text) => text.normalize('NFKC').toLowerCase();

  const worth = (row, place) => {
    const cell = row.cells[place];
    if (!cell) return null;
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    return cell.textContent.trim() || null;
  };

  // Figures before text; what is empty stays at the end in both directions.
  const compare = (a, b, way) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return typeof a === 'number' ? -way : way;
    return way * (typeof a === 'number' ? a - b : order.compare(a, b));
  };

  const sortable = (table, all) => {
    const heads = [...table.querySelectorAll('th[data-col]')];
    const body = table.tBodies[0];
    for (const head of heads) {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const was = head.getAttribute('aria-sort');
        const now = was === 'ascending' ? 'descending' : was === 'descending' ? null : 'ascending';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        let rows = all;
        if (now) {
          head.setAttribute('aria-sort', now);
          const place = Number(head.dataset.col);
          const way = now === 'ascending' ? 1 : -1;
          const keyed = all.map((row) => [row.classList.contains('sum'), worth(row, place), row]);
          keyed.sort((a, b) => a[0] - b[0] || (a[0] ? 0 : compare(a[1], b[1], way)));
          rows = keyed.map((key) => key[2]);
        }
        body.append(...rows);
      });
    }
  };

  const filterable = (table, rows) => {
    const tools = document.createElement('div');
    const label = document.createElement('label');
    const input = document.createElement('input');
    const left = document.createElement('output');
    tools.className = 'tools';
    input.type = 'search';
    label.append(words.filter, input);
    tools.append(label, left);
    const box = table.closest('.wide');
    box.before(tools);
    const texts = rows.map((row) => fold([...row.cells].map((cell) => cell.textContent).join('\n')));
    input.addEventListener('input', () => {
      const asked = input.value.trim();
      const wanted = fold(asked);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !texts[place].includes(wanted);
        shown += row.hidden ? 0 : 1;
      });
      const said = { text: asked, left: shown, all: rows.length };
      left.textContent = asked && words.left.replace(/\{(text|left|all)\}/g, (_, name) => said[name]);
    });
  };

  for (const table of document.querySelectorAll('table')) {
    const all = [...table.tBodies[0].rows];
    const rows = all.filter((row) => !row.classList.contains('sum'));
    if (rows.length > 1) sortable(table, all);
    if (rows.length > 8) filterable(table, rows);
  }

  const open = () => {
    const list = document.getElementById(location.hash.slice(1));
    if (!list || !list.classList.contains('list') || list.classList.contains('open')) return;
    list.classList.add('open');
    for (const link of list.querySelectorAll('a:not(.back)')) {
      const record = document.getElementById(link.hash.slice(1));
      const title = document.createElement('span');
      title.className = 'title';
      title.textContent = record.querySelector('bdi').textContent;
      link.append(title);
    }
  };
  window.addEventListener('hashchange', open);
  open();
})();
