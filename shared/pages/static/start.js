// The first thing in the body: says that scripts run before anything else is drawn, as GOV.UK's own script expects.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
