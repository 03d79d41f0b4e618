const { url, prunedAfter, load, tell, sleep, run } = require('./common.cjs');
(async () => {
  const { DBOS } = load('@dbos-inc/dbos-sdk');
  const flows = {};
  const define = (name, work) => flows[name] = DBOS.registerWorkflow(async (...args) => {
    const id = DBOS.workflowID;
    tell({ e: 'start', id, name });
    try { await work(...args); tell({ e: 'ok', id, name }); } catch (error) { tell({ e: 'fail', id, name, final: true }); throw error; }
  }, { name });
  const enqueue = async (delaySeconds, name, ...args) => {
    const handle = await DBOS.startWorkflow(flows[name], { queueName: name === 'report' ? 'nobody' : 'main', ...(delaySeconds ? { enqueueOptions: { delaySeconds } } : {}) })(...args);
    tell({ e: 'enq', id: handle.workflowID, name, parent: DBOS.workflowID });
    return handle.workflowID;
  };
  const add = (name, ...args) => enqueue(0, name, ...args);
  define('sync', async run => {
    for (let page = 1; page <= 5; page++) await add('page', run, page);
    for (let i = 0; i < 3; i++) await add('report', i);
    for (let i = 0; i < 2; i++) await enqueue(3600, 'show', i);
    await enqueue(2, 'show', 0);
    for (let i = 0; i < 2; i++) { const id = await enqueue(3600, 'show', i); await DBOS.cancelWorkflow(id); tell({ e: 'cancel', id, name: 'show' }); }
  });
  define('page', async (run, page) => { for (let d = 1; d <= 4; d++) await add('detail', run, (page - 1) * 4 + d); if (page === 4) throw new Error('Page 4 is broken: HTTP 500'); });
  // A step is retried within its workflow.
  const fetch = DBOS.registerStep(async k => {
    if (k % 10 === 9) throw new Error(`detail ${k}: gone for good`);
    if (k % 7 === 3 && DBOS.stepStatus.currentAttempt === 1) throw new Error(`detail ${k}: flaky`);
    return k;
  }, { name: 'fetch', retriesAllowed: true, maxAttempts: 3, intervalSeconds: 0.2 });
  define('detail', async (run, k) => { await fetch(k); if (k % 2 === 0) await add('show', k); });
  define('show', async () => { await sleep(10); });
  define('report', async () => { });
  DBOS.setConfig({ name: 'pipe', systemDatabaseUrl: url, runAdminServer: false, logLevel: 'error' });
  await DBOS.launch();
  await DBOS.registerQueue('main', { workerConcurrency: 8, minPollingIntervalMs: 200 });
  // The SDK prunes nothing by itself: its program does, with what the SDK offers.
  const prune = async () => {
    const over = await DBOS.listWorkflows({ status: ['SUCCESS', 'ERROR', 'CANCELLED'], completedBefore: new Date(Date.now() - prunedAfter * 1000).toISOString(), loadInput: false, loadOutput: false });
    if (over.length > 0) await DBOS.deleteWorkflows(over.map(flow => flow.workflowID));
    setTimeout(prune, 5000);
  };
  await prune();
  await run((name, data) => add(name, data.run));
})();
