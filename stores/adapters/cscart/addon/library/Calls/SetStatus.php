<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\CsCart;
use XeroConnector\Reading\Names;
use XeroConnector\Wire\Refusal;

/** Puts an order into a status, through CS-Cart's own function; answered with how it stands then. */
final class SetStatus implements Call
{
    private const NOT_FINISHED = 'N';

    /** @var CsCart */
    private $shop;

    /** @var OrderCondition */
    private $condition;

    /** @var Names */
    private $names;

    public function __construct(CsCart $shop, OrderCondition $condition, Names $names)
    {
        $this->shop = $shop;
        $this->condition = $condition;
        $this->names = $names;
    }

    public function answer(Parameters $parameters): array
    {
        $id = $parameters->id('order_id');
        $status = $parameters->text('status', 1);
        $notify = $parameters->truth('notify');
        $parameters->nothingElse();
        if (!isset($this->names->statuses()[$status])) {
            throw Refusal::ofParameter('status', 'The shop has no such status of orders.');
        }
        $stands = $this->condition->of($id);
        if ($stands['status'] === self::NOT_FINISHED) {
            throw new Refusal(422, 'not_placed', 'The buyer has not finished this order.');
        }
        if ($stands['parent']) {
            throw new Refusal(422, 'parent_order', 'This order was divided among vendors: each part has a status.');
        }
        if ($stands['status'] !== $status) {
            $this->shop->changeStatus($id, $status, $notify);
        }
        return $this->condition->of($id);
    }
}
