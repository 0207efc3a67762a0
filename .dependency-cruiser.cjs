/** The house rules: who may import whom. See docs/ARCHITECTURE.md, "Rooms". */
const parts = '^(device|dock-agent|provisioning|central)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'protocol-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { path: '^(runtime|device|dock-agent|provisioning|central|test|bench|bin|script)/' },
    },
    {
      name: 'protocol-does-no-io',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'node-crypto-in-its-room-only',
      comment: 'One room of protocol touches node:crypto, so that a browser build can stand in for it.',
      severity: 'error',
      from: { path: '^protocol/', pathNot: '^protocol/crypto/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'runtime-imports-protocol-only',
      severity: 'error',
      from: { path: '^runtime/' },
      to: { path: '^(device|dock-agent|provisioning|central|test|bench|bin|script)/' },
    },
    {
      name: 'parts-do-not-import-parts',
      severity: 'error',
      from: { path: '^(device|dock-agent|provisioning|central)/' },
      to: { path: parts, pathNot: '^$1/' },
    },
    {
      name: 'protocol-and-runtime-through-their-index',
      severity: 'error',
      from: {
        path: '^(device|dock-agent|provisioning|central|bin|script|test|bench)/',
        pathNot: '^(test/(unit|contract)|central/pages)/',
      },
      to: { path: '^(protocol|runtime)/', pathNot: '^(protocol|runtime)/(index\\.ts$|vectors/)' },
    },
    {
      name: 'pages-take-types-and-words',
      comment:
        'What runs in a browser takes of protocol the types and the verdict in words: no Node code is bundled.',
      severity: 'error',
      from: { path: '^central/pages/' },
      to: { path: '^(protocol|runtime)/', pathNot: '^protocol/(index|verify/words)\\.ts$' },
    },
    {
      name: 'pages-bundle-no-node-code',
      severity: 'error',
      from: { path: '^central/pages/' },
      to: { path: '^(protocol/index\\.ts$|runtime/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pages-take-shapes-only',
      comment: 'Pages and server share the shapes of the review API and nothing else.',
      severity: 'error',
      from: { path: '^central/pages/' },
      to: { path: '^central/', pathNot: '^central/(pages/|core/review-shapes\\.ts$)' },
    },
    {
      name: 'pages-are-for-browsers',
      severity: 'error',
      from: { pathNot: '^(central/pages|test)/' },
      to: { path: '^central/pages/' },
    },
    {
      name: 'web-page-shares-pure-rules',
      comment:
        'The pages of web camera and kiosk run in a browser: they take their part’s pure rules, and types.',
      severity: 'error',
      from: { path: '^(device|dock-agent)/web/' },
      to: { pathNot: '^$1/(web|core)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-page-is-for-browsers',
      severity: 'error',
      from: { pathNot: '^((device|dock-agent)/web|test)/' },
      to: { path: '^(device|dock-agent)/web/' },
    },
    {
      name: 'core-is-pure',
      comment: 'core imports core and protocol: no Node built-ins, no packages, no other room.',
      severity: 'error',
      from: { path: '^([^/]+)/core/' },
      to: { pathNot: ['^$1/core/', '^protocol/index\\.ts$'] },
    },
    {
      name: 'ports-hold-types',
      severity: 'error',
      from: { path: '^([^/]+)/ports/' },
      to: { pathNot: ['^$1/(core|ports)/', '^protocol/index\\.ts$'] },
    },
    {
      name: 'adapters-never-import-adapters',
      severity: 'error',
      from: { path: '^([^/]+)/(adapters|simulated)/[^/]+$' },
      to: { path: '^[^/]+/(adapters|simulated|shell)/' },
    },
    {
      name: 'an-adapter-may-have-a-folder',
      comment: 'One of more than one file lives in a folder of its own, and imports from there alone.',
      severity: 'error',
      from: { path: '^([^/]+)/(adapters|simulated)/([^/]+)/' },
      to: { path: '^[^/]+/(adapters|simulated|shell)/', pathNot: '^$1/$2/$3/' },
    },
    {
      name: 'only-main-constructs',
      comment: 'main.ts and commands (the parts’ own entry points) wire adapters; shell knows ports only.',
      severity: 'error',
      from: { path: '^[^/]+/shell/' },
      to: { path: '^[^/]+/(adapters|simulated)/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench|script)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
