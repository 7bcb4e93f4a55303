"""Writes sampler.json: the indices that PyTorch's DistributedSampler gives each rank. Needs torch."""
import json
from torch.utils.data import DistributedSampler

cases = []
for count, ranks, shuffle, drop_last in [(10, 3, True, False), (10, 3, True, True), (7, 2, False, False), (2, 5, True, False), (12, 4, True, False)]:
    for seed, epoch in [(0, 0), (3, 2)]:
        orders = []
        for rank in range(ranks):
            sampler = DistributedSampler(range(count), num_replicas=ranks, rank=rank, shuffle=shuffle, seed=seed, drop_last=drop_last)
            sampler.set_epoch(epoch)
            orders.append(list(sampler))
        cases.append({"count": count, "ranks": ranks, "shuffle": shuffle, "dropLast": drop_last, "seed": seed, "epoch": epoch, "orders": orders})
with open("sampler.json", "w") as file:
    file.write("[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]\n")
