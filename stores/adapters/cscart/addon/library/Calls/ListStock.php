<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Reading\Stock;

/** What there is of products: a page of all, or those with given codes. */
final class ListStock implements Call
{
    public const LONGEST_CODE = 64;
    private const MOST = 100;

    /** @var Stock */
    private $stock;

    public function __construct(Stock $stock)
    {
        $this->stock = $stock;
    }

    public function answer(Parameters $parameters): array
    {
        if ($parameters->has('skus')) {
            $codes = array_map('trim', $parameters->texts('skus', self::MOST, self::LONGEST_CODE));
            $parameters->nothingElse();
            return ['stock' => $this->stock->coded($codes), 'more' => false, 'last' => 0];
        }
        $after = $parameters->number('after', 0, Parameters::GREATEST_ID, 0);
        $limit = $parameters->number('limit', 1, self::MOST, self::MOST);
        $parameters->nothingElse();
        return $this->stock->page($after, $limit);
    }
}
