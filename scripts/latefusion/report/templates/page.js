// Draws the charts, sorts the tables, writes them as CSV files, copies the ranking. Everything it shows is in the page already.
(() => {
  "use strict";

  const charts = document.querySelectorAll(".plot");

  const draw = async (plot) => {
    const spec = JSON.parse(document.getElementById(plot.dataset.spec).textContent);
    await window.vegaEmbed(plot, spec, {
      mode: "vega-lite",
      ast: true, // expressions are interpreted: the page's policy forbids eval
      actions: false,
      renderer: "svg",
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    // the place of the chart has a text that stands for all of it
    plot.querySelector("svg").setAttribute("aria-hidden", "true");
    plot.dataset.drawn = "yes";
  };

  const drawSafely = async (plot) => {
    if (plot.dataset.drawn) return;
    plot.dataset.drawn = "begun";
    try {
      await draw(plot);
    } catch (error) {
      plot.textContent = plot.getAttribute("aria-label");
      plot.dataset.drawn = "no";
      console.error(error);
    }
  };

  // what is folded away is laid out by most browsers; where it has no width it is drawn when it is opened
  const drawAll = async () => {
    for (const plot of charts) {
      if (plot.clientWidth > 0) await drawSafely(plot);
    }
    document.documentElement.dataset.ready = "yes";
  };

  const valueOf = (cell, numeric) => {
    const value = cell.dataset.v ?? "";
    return numeric && value !== "" ? Number(value) : value;
  };

  const sort = (button) => {
    const head = button.closest("th");
    const table = head.closest("table");
    const column = [...head.parentNode.children].indexOf(head);
    const numeric = head.classList.contains("number") || head.classList.contains("bars");
    const before = head.getAttribute("aria-sort");
    const ascending = before === "none" ? !numeric : before === "descending";
    for (const other of head.parentNode.children) {
      if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    }
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row.cells[column], numeric), row]);
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === ""); // nothing goes last either way
      const order = numeric ? a - b : a.localeCompare(b, undefined, { numeric: true });
      return ascending ? order : -order;
    });
    body.append(...rows.map(([, row]) => row));
  };

  const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // a spreadsheet must not run a song's name as a formula
  const tame = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

  const csv = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => JSON.parse(head.dataset.csv));
    const lines = [names.flat().map((name) => quoted(tame(name)))];
    for (const row of table.tBodies[0].rows) {
      lines.push(
        [...row.cells].flatMap((cell, column) => {
          const value = cell.dataset.v ?? "";
          const own = heads[column].dataset.kind === "number" ? value : tame(value);
          const ends = [cell.dataset.low ?? "", cell.dataset.high ?? ""];
          // a column has its value, its interval, both, or only a drawing of another column
          const cells = { 0: [], 1: [own], 2: ends, 3: [own, ...ends] }[names[column].length];
          return cells.map(quoted);
        }),
      );
    }
    return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
  };

  const save = (button) => {
    const table = document.getElementById(button.dataset.table);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv(table)], { type: "text/csv;charset=utf-8" }));
    link.download = `${button.dataset.table}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // for browsers that keep the clipboard from pages without a server
  const copyBySelection = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  };

  const copy = async (button) => {
    const status = button.parentNode.querySelector("[role=status]");
    status.textContent = ""; // what is said twice is heard twice
    let copied = true;
    try {
      await navigator.clipboard.writeText(button.dataset.text);
    } catch {
      copied = copyBySelection(button.dataset.text);
      button.focus({ preventScroll: true });
    }
    status.textContent = copied ? "Copied" : "Not copied: the browser forbids it";
  };

  const more = (button) => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    button.closest(".table").classList.toggle("whole", open);
    button.firstElementChild.textContent = open ? button.dataset.less : button.dataset.more;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.classList.contains("csv")) save(button);
    else if (button?.classList.contains("copy")) copy(button);
    else if (button?.classList.contains("more")) more(button);
    else if (button?.closest("thead")) sort(button);
  });

  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) event.target.querySelectorAll(".plot").forEach(drawSafely);
    },
    true,
  );

  // a link into what is folded away opens it
  const unfold = (hash) => {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return;
    target.querySelector(":scope > details")?.setAttribute("open", "");
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    target.scrollIntoView();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) unfold(link.hash);
  });
  window.addEventListener("hashchange", () => unfold(location.hash));

  const follow = () => {
    const links = new Map([...document.querySelectorAll("nav.toc a")].map((a) => [a.hash.slice(1), a]));
    const shown = new Set();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) shown.add(target.id);
          else shown.delete(target.id);
        }
        const first = [...links.keys()].find((id) => shown.has(id));
        for (const [id, link] of links) {
          if (id === first) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-10% 0px -60% 0px" },
    );
    document.querySelectorAll("main > section").forEach((section) => observer.observe(section));
  };

  // paper shows what is folded away
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((part) => (part.open = true));
  });
  window.addEventListener("afterprint", () => opened.forEach((part) => (part.open = false)));

  document.documentElement.dataset.script = "on";
  follow();
  unfold(location.hash);
  drawAll();
})();
