// Before anything is drawn: says that scripts run, so that the style sheet shows what needs them.
document.documentElement.classList.add("app-scripts");
addEventListener("DOMContentLoaded", () => {
  document.body.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
});
