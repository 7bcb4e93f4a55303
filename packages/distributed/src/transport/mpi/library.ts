import { createRequire } from "node:module";
import { DistributedError } from "../../errors.ts";
import type { Kind, ReduceOp } from "../../protocol/values.ts";

/** A C handle: a pointer in Open MPI, an integer in MPICH. */
export type Handle = unknown;
type Call = (...args: unknown[]) => number;

/** Functions and constants of libmpi, independent of the implementation. */
export interface Mpi {
  /** The library's own version text, such as "Open MPI v4.1.4 …". */
  readonly version: string;
  readonly world: Handle;
  readonly datatypes: Readonly<Record<Kind, Handle>>;
  readonly ops: Readonly<Record<Exclude<ReduceOp, "avg">, Handle>>;
  readonly inPlace: unknown;
  readonly ignoreStatus: unknown;
  readonly undefinedColor: number;
  /** Error handler that makes failing calls return an error code. */
  readonly errorsReturn: Handle;
  readonly calls: Readonly<Record<Name, Call>>;
  /** Reads a handle that a call has written into a buffer. */
  readHandle(buffer: BigUint64Array): Handle;
}

interface Koffi {
  load(path: string, options?: { global?: boolean }): Library;
}
interface Library {
  func(definition: string): Call;
  symbol(name: string, type: string): unknown;
}

/** C signatures. H is the type of a handle, R that of the memory of a handle. */
const signatures = {
  initThread: "int MPI_Init_thread(void *argc, void *argv, int required, _Out_ int *provided)",
  initialized: "int MPI_Initialized(_Out_ int *flag)",
  finalize: "int MPI_Finalize()",
  abort: "int MPI_Abort(H comm, int code)",
  rank: "int MPI_Comm_rank(H comm, _Out_ int *rank)",
  size: "int MPI_Comm_size(H comm, _Out_ int *size)",
  dup: "int MPI_Comm_dup(H comm, void *made)",
  split: "int MPI_Comm_split(H comm, int color, int key, void *made)",
  setErrors: "int MPI_Comm_set_errhandler(H comm, H handler)",
  send: "int MPI_Isend(void *data, int count, H type, int to, int tag, H comm, void *request)",
  receive: "int MPI_Irecv(void *data, int count, H type, int from, int tag, H comm, void *request)",
  test: "int MPI_Test(void *request, _Out_ int *flag, void *status)",
  reduceScatter:
    "int MPI_Ireduce_scatter_block(void *from, void *to, int count, H type, H op, H comm, void *request)",
  allReduce:
    "int MPI_Iallreduce(void *from, void *to, int count, H type, H op, H comm, void *request)",
  broadcast: "int MPI_Ibcast(void *data, int count, H type, int root, H comm, void *request)",
  allGather:
    "int MPI_Iallgather(void *from, int count, H type, void *to, int each, H eachType, H comm, void *request)",
} as const;
type Name = keyof typeof signatures;

/** Names of the library to try; MPICH's first if its launcher runs, otherwise Open MPI's. */
function candidates(): string[] {
  const asked = process.env.WGRAD_MPI_LIBRARY;
  if (asked !== undefined && asked !== "") return [asked];
  if (process.platform === "win32") return ["msmpi.dll"];
  const ending = process.platform === "darwin" ? "dylib" : "so";
  const open = [`libmpi.${ending}.40`, "libmpi.40.dylib"].filter((name) => name.includes(ending));
  const mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"].filter((name) =>
    name.includes(ending),
  );
  const first = underMpich() ? [...mpich, ...open] : [...open, ...mpich];
  return [...first, `libmpi.${ending}`];
}

/** Whether a launcher of this implementation started the process. */
export const underOpenMpi = (): boolean => process.env.OMPI_COMM_WORLD_SIZE !== undefined;
export const underMpich = (): boolean => !underOpenMpi() && process.env.PMI_SIZE !== undefined;

/** Number of processes according to the launcher. */
export const launchedSize = (): number =>
  Number(process.env.OMPI_COMM_WORLD_SIZE ?? process.env.PMI_SIZE ?? 1);

async function loadKoffi(): Promise<Koffi> {
  for (const from of [import.meta.url, process.argv[1] ?? "", `${process.cwd()}/`]) {
    try {
      return createRequire(from)("koffi") as Koffi;
    } catch {
      // not installed
    }
  }
  throw new DistributedError(
    'initProcessGroup: backend "mpi" needs koffi to call libmpi, but it is not installed\n  hint: npm install koffi',
  );
}

/** Loads libmpi. Throws DistributedError with the names that were tried. */
export async function loadMpi(): Promise<Mpi> {
  const koffi = await loadKoffi();
  const tried: string[] = [];
  for (const name of candidates()) {
    try {
      return bind(koffi.load(name, { global: true }), name);
    } catch (error) {
      if (error instanceof DistributedError) throw error;
      tried.push(`\n  ${name}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new DistributedError(
    `initProcessGroup: backend "mpi" cannot find libmpi${tried.join("")}` +
      "\n  hint: apt-get install openmpi-bin (or mpich), or set WGRAD_MPI_LIBRARY=/path/to/libmpi.so",
  );
}

function bind(library: Library, name: string): Mpi {
  const version = versionOf(library);
  const open = version.startsWith("Open MPI");
  if (!open && !/MPICH|Intel|MVAPICH/i.test(version)) {
    throw new DistributedError(
      `initProcessGroup: ${name} is "${version}"\n  hint: only Open MPI and MPICH are supported`,
    );
  }
  const type = open ? "void *" : "int";
  const calls = Object.fromEntries(
    Object.entries(signatures).map(([key, text]) => [
      key,
      library.func(text.replace(/\bH (?=\w+)/g, `${type} `)),
    ]),
  ) as Record<Name, Call>;
  const constants = open ? openConstants(library) : mpichConstants;
  return { version, calls, ...constants, readHandle: ([word]) => (open ? word : Number(word) | 0) };
}

function versionOf(library: Library): string {
  const ask = library.func("int MPI_Get_library_version(void *text, _Out_ int *length)");
  const text = new Uint8Array(8192);
  const length = [0];
  ask(text, length);
  return Buffer.from(text.subarray(0, length[0])).toString().split(",")[0]?.split("\n")[0] ?? "";
}

type Constants = Omit<Mpi, "version" | "calls" | "readHandle">;

/** In Open MPI, handles are addresses of global objects. */
function openConstants(library: Library): Constants {
  const address = (name: string): unknown => library.symbol(`ompi_${name}`, "int");
  return {
    world: address("mpi_comm_world"),
    datatypes: {
      f32: address("mpi_float"),
      f64: address("mpi_double"),
      i32: address("mpi_int32_t"),
      u32: address("mpi_uint32_t"),
      u8: address("mpi_uint8_t"),
    },
    ops: {
      sum: address("mpi_op_sum"),
      product: address("mpi_op_prod"),
      min: address("mpi_op_min"),
      max: address("mpi_op_max"),
    },
    inPlace: 1n,
    ignoreStatus: null,
    undefinedColor: -32766,
    errorsReturn: address("mpi_errors_return"),
  };
}

/** In MPICH, handles are numbers that all versions of its ABI share. */
const mpichConstants: Constants = {
  world: 0x44000000,
  datatypes: {
    f32: 0x4c00040a,
    f64: 0x4c00080b,
    i32: 0x4c000439,
    u32: 0x4c00043d,
    u8: 0x4c00013b,
  },
  ops: { sum: 0x58000003, product: 0x58000004, min: 0x58000002, max: 0x58000001 },
  inPlace: 0xffff_ffff_ffff_ffffn,
  ignoreStatus: 1n,
  undefinedColor: -32766,
  errorsReturn: 0x54000001,
};
