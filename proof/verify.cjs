// Verifies each line {secret, headers, body} of standard input with the reference library; answers one JSON string a line,
// empty where it was let pass.
const { Webhook } = require(require.resolve("standardwebhooks", { paths: [process.cwd()] }));

const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const { secret, headers, body } = JSON.parse(line);
  let why = "";
  try {
    new Webhook(secret).verify(body, headers);
  } catch (error) {
    why = String(error.message || error) || "rejected";
  }
  process.stdout.write(JSON.stringify(why) + "\n");
}
