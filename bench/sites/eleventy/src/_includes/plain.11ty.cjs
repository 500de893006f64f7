const { e, frame } = require("./frame.cjs");

exports.render = (data) => frame({ title: data.title, url: data.page.url }, `<h1>${e(data.title)}</h1>\n${data.content}`);
