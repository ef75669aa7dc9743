import { classicNewUser, classicUserPatch } from '@waymark/contract/classic';
import type { UserFilter } from '../../../accounts/user.ts';
import { validate } from '../../../http/validate.ts';
import type { ApiDeps } from '../deps.ts';
import { eventList, urlList } from './lists.ts';
import { listResponse, readPage } from './paging.ts';
import { created, notFound, pathId, queryOf, readObject, refuseEmpty, writeOf } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';
import { userView } from './views.ts';

/** Any one segment but the name of another route: what is no id is a user that does not exist. */
const USER = '/users/:id{(?!bulk$)[^/]+}';

export function addUserRoutes(routes: ClassicRoutes, deps: ApiDeps): void {
  routes.read('/users', listUsers(deps));
  routes.write('POST', '/users', createUser(deps));
  routes.read(USER, readUser(deps));
  routes.write(['PUT', 'PATCH'], USER, updateUser(deps));
  routes.write('DELETE', USER, deleteUser(deps));
  routes.read(`${USER}/urls`, listOf(deps, urlList(deps)));
  routes.read(`${USER}/events`, listOf(deps, eventList(deps)));
}

function listUsers({ queries, baseUrl }: ApiDeps): ClassicHandler {
  return async (c) => {
    const query = queryOf(c);
    const page = readPage(query);
    const [username, email] = [query.text('username'), query.text('email')];
    const filter: UserFilter = { ...(username !== undefined && { username }), ...(email !== undefined && { email }) };
    const [users, total] = await Promise.all([
      queries.users.list(filter, page.limit, page.offset),
      queries.users.count(filter),
    ]);
    return listResponse(c, baseUrl(), page, total, users.map(userView));
  };
}

function createUser(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { bytes, value } = await readObject(c);
    const user = validate(classicNewUser, value);
    const scope = writeOf(c, deps, bytes);
    const made = await scope.users.create(user);
    return created(c, scope, `/users/${made.id}`, userView(made));
  };
}

function readUser({ queries }: ApiDeps): ClassicHandler {
  return async (c) => {
    const user = await queries.users.get(pathId(c, 'User'));
    if (user === null) throw notFound('User');
    return c.json(userView(user));
  };
}

function updateUser(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { username, email } = validate(classicUserPatch, (await readObject(c)).value);
    const patch = { ...(username !== undefined && { username }), ...(email !== undefined && { email }) };
    refuseEmpty(patch);
    return c.json(userView(await deps.write().users.update(pathId(c, 'User'), patch)));
  };
}

function deleteUser(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'User');
    const { users } = deps.write();
    // In bounded parts, so that a user with very many links does not hold the writer.
    for (let more = await users.delete(id, false); more; ) more = await users.delete(id, true);
    return c.body(null, 204);
  };
}

/** A list that belongs to one user, who has to exist. */
function listOf(
  { queries }: ApiDeps,
  list: (c: Parameters<ClassicHandler>[0], of: { userId: number }) => Promise<Response>,
): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'User');
    if ((await queries.users.get(id)) === null) throw notFound('User');
    return list(c, { userId: id });
  };
}
