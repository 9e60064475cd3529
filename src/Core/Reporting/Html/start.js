drawHeader();
drawCoverage();
drawMap();
drawDrift();
drawRuns();
drawFailures();
drawAges();
if (page.map === null || page.map.titles.length === 0) {
  byId('duplicates-about').textContent = 'There is nothing to compare yet.';
}
