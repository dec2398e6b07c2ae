<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Reading\Stock;

/** What is on hand, page by page, or of single products by id or SKU. */
final class ListStock implements Call
{
    public const LONGEST_SKU = 255;

    /** @var Stock */
    private $stock;

    public function __construct(Stock $stock)
    {
        $this->stock = $stock;
    }

    public function answer(Parameters $parameters): array
    {
        $limit = $parameters->number('limit', 1, Records::MOST, Records::MOST);
        if ($parameters->has('ids')) {
            $ids = $parameters->ids('ids', Records::MOST);
            $parameters->nothingElse();
            return ['stock' => $this->stock->these($ids), 'more' => false];
        }
        if ($parameters->has('skus')) {
            $skus = $parameters->texts('skus', Records::MOST, self::LONGEST_SKU);
            $parameters->nothingElse();
            return ['stock' => $this->stock->ofSkus($skus), 'more' => false];
        }
        $after = $parameters->number('after', 0, Parameters::GREATEST_ID, 0);
        $parameters->nothingElse();
        return $this->stock->beyond($after, $limit);
    }
}
