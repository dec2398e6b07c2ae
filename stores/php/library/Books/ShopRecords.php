<?php
declare(strict_types=1);

namespace XeroConnector\Books;

/** Which records the shop has. */
interface ShopRecords
{
    /**
     * @param array{order: array<int, int>, product: array<int, int>, customer: array<int, int>} $ids
     * @return array<string, array<int, string|null>> those of them that there are, by kind
     */
    public function known(array $ids): array;
}
