<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Platform;
use XeroConnector\Reading\Stock;

/** Puts the number on hand of products. One whose options count their own stock is left as it is. */
final class SetStock implements Call
{
    private const MOST = 999999999;
    private const SET = 'UPDATE {product} SET quantity = :quantity WHERE product_id = :id';

    /** @var Query */
    private $query;

    /** @var Stock */
    private $stock;

    /** @var Platform */
    private $platform;

    public function __construct(Query $query, Stock $stock, Platform $platform)
    {
        $this->query = $query;
        $this->stock = $stock;
        $this->platform = $platform;
    }

    public function answer(Parameters $parameters): array
    {
        $quantities = [];
        foreach ($parameters->list('items', Records::MOST) as $item) {
            $quantities[$item->id('product_id')] = $item->number('quantity', -self::MOST, self::MOST);
            $item->nothingElse();
        }
        $parameters->nothingElse();
        $items = $this->query->together(function () use ($quantities): array {
            return $this->set($quantities);
        });
        $this->platform->forgetProducts();
        return ['items' => $items];
    }

    /** @param array<int, int> $quantities by product */
    private function set(array $quantities): array
    {
        $options = array_column($this->stock->these(array_keys($quantities)), 'has_options', 'product_id');
        $items = [];
        foreach ($quantities as $id => $quantity) {
            $code = !isset($options[$id]) ? 'not_found' : ($options[$id] ? 'has_options' : '');
            if ($code === '') {
                $this->query->run(self::SET, ['quantity' => $quantity, 'id' => $id]);
            }
            $items[] = ['product_id' => $id, 'done' => $code === ''] + ($code === '' ? [] : ['code' => $code]);
        }
        return $items;
    }
}
