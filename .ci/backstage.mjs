// Judges Backstage entities by the validators of @backstage/catalog-model, as the catalog backend does when it reads
// them, and follows every relation. Arguments: the folder that holds node_modules, the folder of the entities.
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [modules, folder] = process.argv.slice(2);
const require = createRequire(resolve(modules, 'package.json'));
const model = require('@backstage/catalog-model');
const { parseAllDocuments } = require('yaml');

const policy = model.EntityPolicies.allOf([
  new model.DefaultNamespaceEntityPolicy(),
  new model.SchemaValidEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
]);
const kinds = {
  Component: model.componentEntityV1alpha1Validator,
  API: model.apiEntityV1alpha1Validator,
  Resource: model.resourceEntityV1alpha1Validator,
  System: model.systemEntityV1alpha1Validator,
  Domain: model.domainEntityV1alpha1Validator,
  Group: model.groupEntityV1alpha1Validator,
  User: model.userEntityV1alpha1Validator,
  Location: model.locationEntityV1alpha1Validator,
};
// Which field of which kind refers to what, where the reference names no kind.
const relations = [
  ['owner', 'Group'], ['system', 'System'], ['domain', 'Domain'], ['providesApis', 'API'], ['consumesApis', 'API'],
  ['dependsOn', 'Component'], ['memberOf', 'Group'], ['members', 'User'], ['children', 'Group'], ['parent', 'Group'],
];

const entities = [];
const problems = [];
for (const file of readdirSync(folder).filter(name => name.endsWith('.yaml')).sort()) {
  for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
    const entity = document.toJS();
    try {
      document.errors.forEach(error => { throw error; });
      if (!(await policy.enforce(structuredClone(entity)))) throw new Error('no policy accepts it');
      if (!kinds[entity.kind]) throw new Error(`Backstage has no kind ${entity.kind}`);
      if (!(await kinds[entity.kind].check(entity))) throw new Error(`it is no ${entity.kind} of v1alpha1`);
      entities.push([file, entity]);
    } catch (error) {
      problems.push(`${file}: ${error.message}`);
    }
  }
}

const known = new Set(entities.map(([, entity]) => model.stringifyEntityRef(entity)));
if (known.size !== entities.length) problems.push('two entities have one name');
let followed = 0;
for (const [file, entity] of entities) {
  for (const [field, defaultKind] of relations) {
    for (const text of [entity.spec?.[field] ?? []].flat()) {
      followed += 1;
      const target = model.stringifyEntityRef(model.parseEntityRef(text, { defaultKind, defaultNamespace: 'default' }));
      if (!known.has(target)) problems.push(`${file}: ${field} leads to ${target}, which is not there`);
    }
  }
  for (const target of entity.kind === 'Location' ? entity.spec.targets : []) {
    if (!entities.some(([name]) => `./${name}` === target)) problems.push(`${file}: there is no ${target}`);
  }
}

problems.forEach(problem => console.error(problem));
const count = {};
entities.forEach(([, { kind }]) => { count[kind] = (count[kind] ?? 0) + 1; });
console.log(`${JSON.stringify(count)}, ${followed} relations followed, ${problems.length} problems`);
process.exit(problems.length || !entities.length || !followed ? 1 : 0);
