// What the programs share: a pipeline of sync → 5 pages → 4 details → shows, with failures for good, failures that a retry heals, jobs for later, and a queue that nobody serves.
// usage: node <program> <folder of modules> <url of the database> <log> <roots> <seconds>; without roots it only works.
const fs = require('fs');
const { AsyncLocalStorage } = require('async_hooks');
const [,, modules, url, log, roots, seconds] = process.argv;
const current = new AsyncLocalStorage();
const sleep = ms => new Promise(done => setTimeout(done, ms));
const tell = what => fs.appendFileSync(log, JSON.stringify({ t: Date.now(), ...what }) + '\n');
const load = name => require(require.resolve(name, { paths: [modules] }));
// Runs an attempt, with what it makes as its children, and tells how it ended.
const attempt = async (id, name, isLast, work) => {
  tell({ e: 'start', id, name });
  try { await current.run(id, work); tell({ e: 'ok', id, name }); }
  catch (error) { tell({ e: 'fail', id, name, final: isLast }); throw error; }
};
const pipeline = (add, cancel) => ({
  sync: async (data, n) => {
    for (let page = 1; page <= 5; page++) await add('page', { run: data.run, page });
    for (let i = 0; i < 3; i++) await add('report', { i });
    for (let i = 0; i < 2; i++) await add('show', { later: i }, { later: true });
    if (cancel) for (let i = 0; i < 2; i++) { const id = await add('show', { cancel: i }, { later: true, key: `c${data.run}-${i}` }); await cancel(id, `c${data.run}-${i}`); tell({ e: 'cancel', id, name: 'show' }); }
  },
  page: async (data, n) => {
    await sleep(20);
    if (n === 0) for (let d = 1; d <= 4; d++) await add('detail', { run: data.run, k: (data.page - 1) * 4 + d });
    if (data.page === 4) throw new Error('Page 4 is broken: HTTP 500');
  },
  detail: async (data, n) => {
    await sleep(20);
    if (data.k % 10 === 9) throw new Error(`detail ${data.k}: gone for good`);
    if (data.k % 7 === 3 && n === 0) throw new Error(`detail ${data.k}: flaky`);
    if (data.k % 2 === 0) await add('show', { k: data.k });
  },
  show: async () => { await sleep(10); },
});
const run = async add => {
  for (let r = 0; r < +roots; r++) { await add('sync', { run: r, password: 'hunter2' }); await sleep(300); }
  tell({ e: 'made' });
  await sleep(+seconds * 1000);
  process.exit(0);
};
process.on('unhandledRejection', error => { console.error(error); process.exit(1); });
module.exports = { url, load, sleep, tell, current, attempt, pipeline, run };
