<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Products, those that are not for sale too. */
final class ProductSelection extends DatedSelection
{
    protected const LISTED = 'SELECT p.product_id AS id, GREATEST(p.date_added, ' . self::FIRST_MOMENT . ') AS placed,
          GREATEST(p.date_added, p.date_modified, ' . self::FIRST_MOMENT . ') AS changed
        FROM {product} p';
    protected const EVERY = self::LISTED;
}
