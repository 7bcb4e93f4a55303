/** PyTorch names with a different form here, by namespace and name. */
export const elsewhere: Readonly<Record<string, string>> = {
  "torch.from_numpy": "`tensor(array)`, which accepts typed arrays",
  "torch.frombuffer": "`tensor(array)`, which accepts typed arrays",
  "torch.load":
    "`loadPt` of `@wgrad/models` for `.pt` files, `load` of `saving` for files that `save` wrote",
  "torch.save": "`save` of `@wgrad/autograd/saving`",
  "torch.vmap": "`vmap` of `@wgrad/autograd/func`",
  "torch.GradScaler": "`GradScaler` of `@wgrad/optim`",
  "torch.compile": "not needed: every loop runs as cached plans",
  "torch.device": '`"webgpu"`, `"wasm"`, `"cpu"`: a name, as in `init({ device })`',
  "torch.dtype": '`"f32"`, `"f16"`, `"f64"`, `"i32"`, `"u32"`, `"u8"`, `"bool"`: a name',
  "torch.Size": "an array of numbers",
  "torch.is_nonzero": "`await x.isNonzero()`",
  "torch.constant_pad_nd": "`pad(x, padding, { value })`",
  "torch.convolution": "`conv1d`, `conv2d`, `conv3d`",
  "torch.lstm": "`LSTM` of `@wgrad/nn`",
  "torch.lstm_cell": "`LSTMCell` of `@wgrad/nn`",
  "torch.gru": "`GRU` of `@wgrad/nn`",
  "torch.gru_cell": "`GRUCell` of `@wgrad/nn`",
  "torch.rnn_tanh": "`RNN` of `@wgrad/nn`",
  "torch.rnn_relu": "`RNN` of `@wgrad/nn`",
  "torch.rnn_tanh_cell": "`RNNCell` of `@wgrad/nn`",
  "torch.rnn_relu_cell": "`RNNCell` of `@wgrad/nn`",
  "torch.matrix_rank": "`linalg.matrixRank`",
  "torch.frobenius_norm": "`linalg.matrixNorm(x)`",
  "torch.nuclear_norm": '`linalg.matrixNorm(x, "nuc")`',
  "torch.solve": "`linalg.solve`",
  "torch.lstsq": "`linalg.lstsq`",
  "torch.max_pool1d_with_indices": "`maxPool1d(x, size, { returnIndices: true })`",
  "Tensor.data": "`x.detach()`; to assign, `noGrad(() => x.set_(y))`; `x.data()` reads the values",
  "Tensor.put_":
    "`x.put(index, source)` returns a new tensor; `x.put_(index, value)` is `x[index] = value`",
  "Tensor.stft": "`stft(x, nFft)` of `@wgrad/autograd/fft`",
  "Tensor.istft": "`istft(x, nFft)` of `@wgrad/autograd/fft`",
  "Tensor.is_cpu": '`x.device === "cpu"`',
  "Tensor.cuda": '`await x.to("webgpu")`',
  "Tensor.itemsize": "`x.elementSize()`",
  "Tensor.nbytes": "`x.numel() * x.elementSize()`",
  "Tensor.sgn": "`x.sign()`",
  "Tensor.sgn_": "`x.sign_()`",
  "Tensor.solve": "`linalg.solve(x, y)`",
  "Tensor.lstsq": "`linalg.lstsq(x, y)`",
  "Tensor.triangular_solve": "`triangularSolve(y, x)`",
  "Tensor.lu": "`lu(x)`",
  "Tensor.lu_solve": "`luSolve(y, …)`",
  "torch.sgn": "`sign(x)`",
  "utils.data.Dataset": "`ItemDataset`, a class with `length` and `get(index)`; or any array",
  ...Object.fromEntries(
    ["1d", "2d", "3d"].flatMap((n) =>
      ["max_pool", "adaptive_max_pool", "fractional_max_pool"].map((name) => [
        `nn.functional.${name}${n}_with_indices`,
        "the pooling with `{ returnIndices: true }`",
      ]),
    ),
  ),
};

/** Why names are missing; the first match counts. */
export const reasons: readonly (readonly [name: RegExp, reason: string])[] = [
  [/\.(get|set)_default_dtype$|default_tensor_type$/, "the default dtype is always f32"],
  [/\.set_printoptions$/, "the print format is fixed"],
  [/\.grad_fn$/, "the tape is private; use `x.isLeaf`, `x.requiresGrad` and hooks"],
  [/bfloat16/i, "no device computes in bfloat16; use f16 if the adapter supports it"],
  [
    /nextafter|histogramdd|sum_to_size|Tensor\.index$|fuse_|skip_init|rearrange|functionalize|get_(ema|swa)_/,
    "rare",
  ],
  [/\.[fi]info$/, "the limits of each dtype are in dtypes.md"],
  [
    /RNN(Cell)?Base|Uninitialized|resolve_neg|fft\.Tensor|get_worker_info|swap_in_|LinAlgError/,
    "PyTorch's inside",
  ],
  [
    /(alpha_|feature_)?dropout_$|embedding_renorm_|feature_dropout$/,
    "`functional.dropout` and similar functions return new tensors",
  ],
  [/autocast/, "lower precision is chosen by dtype"],
  [
    /sparse|coalesce|crow_|ccol_|row_indices|col_indices|(ss|s)paddmm|hspmm|[dhs]smm|\.smm|spmm|saddmm|dense_dim|to_dense|Tensor\.(values|indices)$|values_copy|indices_copy/i,
    "no sparse tensors",
  ],
  [
    /complex|conj|angle|\.(imag|real|H|mH|cdouble|cfloat|chalf|adjoint)$|isreal|polar|slice_inverse/,
    "complex numbers are tensors with a last dimension of 2 (`@wgrad/autograd/fft`)",
  ],
  [
    /quant|q_per|q_scale|q_zero|qscheme|int_repr|fbgemm|fake_|scaled_mm|scaled_grouped_mm|choose_qparams/i,
    "no quantized tensors",
  ],
  [
    /cudnn|miopen|mkldnn|vulkan|cuda|xpu|ipu|mtia|maia|xla|mps|_nnpack|pin_memory|is_pinned|record_stream|get_device|Stream|Event/,
    "devices are webgpu, wasm and cpu",
  ],
  [
    /(data_ptr|storage|share_memory|is_shared|is_set_to|resize|as_strided|dlpack|from_file|Storage|dim_order|is_same_size|empty_strided|empty_permuted|stride_order|memory_format|layout)/,
    "memory is private",
  ],
  [
    /[sS]cript|Graph|jit|JIT|trac|Tracing|import_ir|parse_|Future|fork$|wait$|CompilationUnit|Dispatch|sym_|Sym[A-Z]|FunctionSchema|AliasDb|Argument|CallStack|Capsule|Code$|ErrorReport|ExecutionPlan|FileCheck|IODescriptor|Locking|Logger|Module(TypeBuilder|Dict)|PyTorchFile|StaticModule|Throughput|Serializ|Use$|Value$|Block$|Node$|Tag$|Gradient$|unify_type|merge_type|classproperty|Benchmark|OperatorInfo|DisableTorchFunction|torch_function|boolean_dispatch|assert_int|DeepCopyMemo|BufferDict|ParameterDict|Deserialization|AcceleratorError|FatalError|cond$|while_loop|vmap|get_file_path|typename|compiled_with|thread_safe|prepare_multi|profiler_|argument_validation|datapipe|DataPipe|DataChunk|runtime_validation|determinism|module_load|as_subclass|factory_kwargs|debug_unwrap|Container$|\.name$|\.new$|volatile|reinforce|output_nr|const_|hash_tensor|grad_dtype|is_(distributed|inference|meta|nested|neg|quantized|storage|signed)|to_padded|storage_type/,
    "PyTorch's inside",
  ],
  [
    /num_threads|interop|float32_matmul_precision|flush_denormal|deterministic|warn_always|default_device|anomaly|inference_mode_enabled|device_module/,
    "set by `init` or not needed: results are always the same, bit for bit",
  ],
  [/_copy$|unsafe_/, "use the function without the suffix; `clone()` makes a copy"],
  [
    /native_|batch_norm_|_forward$|grid_sampler|affine_grid_generator|norm_except_dim|conv_tbc|segment_reduce|nonzero_static|grouped_mm|linear_cross_entropy|LinearCrossEntropy|fused_|unravel_index|lobpcg|geqrf|orgqr|ormqr|householder|ldl_|cholesky_(inverse|solve)|symeig|_ex$|eig$|eigvals$/,
    "rare",
  ],
  [
    /[A-Z][a-z]+Tensor$|\.(byte|char|short)$/,
    "dtypes are f16, f32, f64, i32, u32, u8 and bool: `x.to(dtype)`",
  ],
  [
    /nn\.init\.(constant|dirac|eye|kaiming|normal|orthogonal|sparse|uniform|xavier)/,
    "deprecated: use the name with `_`",
  ],
  [/upsample|NLLLoss2d|clip_grad_norm$|CrossMapLRN2d/, "deprecated in PyTorch too"],
  [/DataParallel|SyncBatchNorm|Distributed/, "one device"],
  [
    /special\.(airy|bessel|chebyshev|hermite|laguerre|legendre|modified|scaled|shifted|spherical)/,
    "rare",
  ],
  [/map_$|map2_$|apply_$|unique_dim/, "functions of single elements cannot run on devices"],
];
